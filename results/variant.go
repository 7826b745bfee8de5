package results

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Variant is what runs share that may differ in their seed only, and be averaged
// over it: how they were made, and what was scored.
func (r Run) Variant() string {
	return fmt.Sprintf("%s %s %s %d", r.Identity().Variant(), r.Result.Split, r.Result.Metric, r.Result.N)
}

// Identity is the manifest's, or what it would be where a caller filled in none.
func (r Run) Identity() Identity {
	m := r.Manifest
	if m.Identity != "" {
		return m.Parts
	}
	m.Schema = 0
	if m.migrate() != nil {
		return Identity{}
	}
	return m.Parts
}

// Differences lists what r and another run differ in beside their seed.
func (r Run) Differences(other Run) []Difference {
	all := slices.DeleteFunc(r.Identity().Differences(other.Identity()), func(d Difference) bool { return d.Name == "seed" })
	for _, x := range []struct{ name, mine, theirs string }{
		{"split", r.Result.Split, other.Result.Split},
		{"metric", string(r.Result.Metric), string(other.Result.Metric)},
		{"number of examples", fmt.Sprint(r.Result.N), fmt.Sprint(other.Result.N)},
	} {
		if x.mine != x.theirs {
			all = append(all, Difference{x.name, x.mine, x.theirs})
		}
	}
	return all
}

// Describe lists differences in a sentence: learning_rate (5e-05, not 3e-05).
func Describe(all []Difference) Text {
	var en, ko []string
	for _, d := range all {
		mine, theirs := d.Values(English)
		en = append(en, fmt.Sprintf("%s (%s, not %s)", d.Name, mine, theirs))
		mine, theirs = d.Values(Korean)
		ko = append(ko, fmt.Sprintf("%s(%s 대신 %s)", d.Title().Korean, theirs, mine))
	}
	return Text{strings.Join(en, ", "), strings.Join(ko, ", ")}
}

// none is what a side has that lacks a part.
var none = Text{"none", "없음"}

// Title is what differs, as readers call it; fields of recipes keep their names.
func (d Difference) Title() Text {
	if split, ok := strings.CutSuffix(d.Name, " data"); ok {
		return Text{d.Name, split + " 데이터"}
	}
	if ko, ok := koreanParts[d.Name]; ok {
		return Text{d.Name, ko}
	}
	return Alike(d.Name)
}

// koreanParts are the parts of an identity, and of what was scored, in Korean.
var koreanParts = map[string]string{
	"numerics":           "수치 계산 버전",
	"kernels":            "커널",
	"model":              "모델",
	"tokenizer":          "토크나이저",
	"task":               "과제",
	"seed":               "시드",
	"split":              "분할",
	"metric":             "지표",
	"number of examples": "예제 수",
}

// Values are what both sides have, first mine and then theirs.
func (d Difference) Values(l Lang) (mine, theirs string) {
	return cmp.Or(d.Mine, none.In(l)), cmp.Or(d.Theirs, none.In(l))
}

// MarshalJSON writes "none" for what a side lacks.
func (d Difference) MarshalJSON() ([]byte, error) {
	type fields Difference
	d.Mine, d.Theirs = d.Values(English)
	return Encode(fields(d), "")
}

// Brief cuts a fingerprint to what tells it from others.
func Brief(s string) string {
	if len(s) == 64 && !strings.ContainsAny(s, " \"{") {
		return s[:12]
	}
	return s
}
