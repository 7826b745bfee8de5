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
func Describe(all []Difference) string {
	var parts []string
	for _, d := range all {
		parts = append(parts, fmt.Sprintf("%s (%s, not %s)", d.Name, cmp.Or(d.Mine, "none"), cmp.Or(d.Theirs, "none")))
	}
	return strings.Join(parts, ", ")
}

// Brief cuts a fingerprint to what tells it from others.
func Brief(s string) string {
	if s == "" {
		return "none"
	}
	if len(s) == 64 && !strings.ContainsAny(s, " \"{") {
		return s[:12]
	}
	return s
}
