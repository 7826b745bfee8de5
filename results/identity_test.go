package results

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func identity(t *testing.T, recipe string) Identity {
	t.Helper()
	id, err := NewIdentity("avx2", "aa", "bb", "cc", []Data{{Split: "train", SHA256: "dd"}, {Split: "test", SHA256: "ee"}}, json.RawMessage(recipe))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

const aRecipe = `{"batch_size":32,"seed":1,"eval_steps":0,"save_steps":0}`

func TestIdentity(t *testing.T) {
	id := identity(t, aRecipe)
	for _, c := range []struct {
		name                           string
		change                         func(*Identity)
		sameHash, sameVariant, sameFit bool
		differences                    string
	}{
		{"nothing", func(*Identity) {}, true, true, true, ""},
		{"save_steps and threads", func(o *Identity) {
			*o = identity(t, `{"threads":3, "save_steps":50,"seed":1,"batch_size": 32,"eval_steps":0}`)
		}, true, true, true, ""},
		{"seed", func(o *Identity) { o.Seed = 2 }, false, true, false, "seed 1, 2"},
		{"eval_steps", func(o *Identity) {
			*o = identity(t, `{"batch_size":32,"seed":1,"eval_steps":10}`)
		}, false, false, true, "eval_steps 0, 10"},
		{"a recipe field", func(o *Identity) {
			*o = identity(t, `{"batch_size":16,"seed":1,"eval_steps":0}`)
		}, false, false, false, "batch_size 32, 16"},
		{"a new recipe field", func(o *Identity) {
			*o = identity(t, `{"batch_size":32,"seed":1,"eval_steps":0,"keep":"best"}`)
		}, false, false, false, `keep none, "best"`},
		{"a field of a later version, as if it were not there", func(o *Identity) {
			*o = identity(t, `{"batch_size":32,"seed":1,"eval_steps":0,"holdout":0}`)
		}, true, true, true, ""},
		{"a field of a later version", func(o *Identity) {
			*o = identity(t, `{"batch_size":32,"seed":1,"eval_steps":0,"holdout":0.1}`)
		}, false, false, false, "holdout none, 0.1"},
		{"numerics", func(o *Identity) { o.Numerics++ }, false, false, false, fmt.Sprintf("numerics %d, %d", Numerics, Numerics+1)},
		{"kernels", func(o *Identity) { o.Kernels = "go" }, false, false, false, "kernels avx2, go"},
		{"model", func(o *Identity) { o.Model = strings.Repeat("f", 64) }, false, false, false, "model aa, ffffffffffff"},
		{"tokenizer", func(o *Identity) { o.Tokenizer = "x" }, false, false, false, "tokenizer bb, x"},
		{"task", func(o *Identity) { o.Task = "" }, false, false, false, "task cc, none"},
		{"a split's data", func(o *Identity) { o.Data = map[string]string{"train": "dd", "test": "x"} }, false, false, false, "test data ee, x"},
		{"another split", func(o *Identity) {
			o.Data = map[string]string{"train": "dd", "test": "ee", "dev": "ff"}
		}, false, false, false, "dev data none, ff"},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := id
			c.change(&other)
			if got := id.Hash() == other.Hash(); got != c.sameHash {
				t.Errorf("same hash: %v", got)
			}
			if got := id.Variant() == other.Variant(); got != c.sameVariant {
				t.Errorf("same variant: %v", got)
			}
			if got := id.Training() == other.Training(); got != c.sameFit {
				t.Errorf("same training: %v", got)
			}
			var text []string
			for _, d := range id.Differences(other) {
				text = append(text, fmt.Sprintf("%s %s, %s", d.Name, cmp.Or(d.Mine, "none"), cmp.Or(d.Theirs, "none")))
			}
			if got := strings.Join(text, "; "); got != c.differences {
				t.Errorf("differences %q, want %q", got, c.differences)
			}
		})
	}
	if id.Hash() == id.Variant() || id.Hash() == id.Training() {
		t.Error("a variant has a run's name")
	}
}

// An identity survives its way through a manifest.
func TestIdentityIsReadBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	m := manifest("m", "nsmc", 1)
	writeRun(t, dir, m, result("m", "nsmc", 1, 10))
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Manifest.Parts; got.Hash() != m.Identity || r.Manifest.Identity != m.Identity || got.Differences(m.Parts) != nil {
		t.Errorf("%+v, want %+v", got, m.Parts)
	}
}

func TestSchema(t *testing.T) {
	result := []byte(`{"model":"m","task":"nsmc","metric":"accuracy"}`)
	of := func(schema int) (Run, error) {
		return decodeRun("d", result, fmt.Appendf(nil, `{"schema":%d,"task":"nsmc","model":{"path":"p","sha256":"aa"},"recipe":{"seed":3,"epochs":2},"program":{"kernels":"go"}}`, schema))
	}
	_, err := of(Schema + 1)
	var newer *SchemaError
	if !errors.As(err, &newer) || !strings.Contains(err.Error(), "a newer bench wrote it") {
		t.Errorf("newer: %v", err)
	}
	old, err := of(1)
	if err != nil {
		t.Fatal(err)
	}
	if p := old.Manifest.Parts; p.Numerics != 0 || p.Model != "aa" || p.Seed != 3 || string(p.Recipe["epochs"]) != "2" || old.Manifest.Identity != p.Hash() {
		t.Errorf("migrated: %+v", old.Manifest)
	}
}

// A recipe that chooses among evaluations has other weights with more of them.
func TestEvaluationsCountWhereTheyAreChosenAmong(t *testing.T) {
	for _, c := range []struct {
		fields string
		same   bool
	}{
		{`"early_stopping_patience":0,"keep":"last"`, true},
		{`"early_stopping_patience":2,"keep":"last"`, false},
		{`"early_stopping_patience":0,"keep":"both"`, false},
	} {
		a := identity(t, `{"seed":1,"eval_steps":0,`+c.fields+`}`)
		b := identity(t, `{"seed":1,"eval_steps":5,`+c.fields+`}`)
		if got := a.Training() == b.Training(); got != c.same {
			t.Errorf("%s: one training whatever eval_steps is: %t, want %t", c.fields, got, c.same)
		}
	}
}

// Plans that knew what is kept beside the last checkpoint are known, too, whatever
// of the two the run kept; one that kept the best alone is another.
func TestPlannedAs(t *testing.T) {
	kept := func(keep, kernels string) Identity {
		id := identity(t, `{"batch_size":32,"seed":1,"keep":"`+keep+`"}`)
		id.Kernels = kernels
		return id
	}
	first := func(id Identity) string {
		id.Kernels = ""
		return hashOf(map[string]Identity{"portable": id})
	}
	both, last, best := kept("both", "avx2"), kept("last", "go"), kept("best", "go")
	for _, portable := range []string{both.Portable(), last.Portable(), first(both), first(last)} {
		if !last.PlannedAs(portable) || portable != first(last) && !both.PlannedAs(portable) || best.PlannedAs(portable) {
			t.Errorf("%.8s: last %t, both %t, best %t", portable, last.PlannedAs(portable), both.PlannedAs(portable), best.PlannedAs(portable))
		}
	}
	if other := identity(t, `{"batch_size":16,"seed":1,"keep":"both"}`); other.PlannedAs(first(both)) || other.PlannedAs(both.Portable()) {
		t.Error("a run of other settings was planned so")
	}
}

// A setting that is called none is one, and stands as it is in Korean.
func TestNoneIsASetting(t *testing.T) {
	for _, c := range []struct {
		d            Difference
		en, ko, json string
	}{
		{Difference{"padding", "none", "longest"}, "padding (none, not longest)", "padding(longest 대신 none)", `{"name":"padding","mine":"none","theirs":"longest"}`},
		{Difference{"keep", "", "best"}, "keep (none, not best)", "keep(best 대신 없음)", `{"name":"keep","mine":"none","theirs":"best"}`},
	} {
		if got := Describe([]Difference{c.d}); got != (Text{c.en, c.ko}) {
			t.Errorf("%q", got)
		}
		if b, err := json.Marshal(c.d); err != nil || string(b) != c.json {
			t.Errorf("%s %v, want %s", b, err, c.json)
		}
	}
}
