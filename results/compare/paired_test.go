package compare

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/results"
)

// What a leaderboard's mark rests on is what Compare comes to.
func TestPairedIsCompare(t *testing.T) {
	s := study{t.TempDir(), 400}
	for seed := range 3 {
		s.run(t, "a", "nsmc", seed, "", wrongs(10, seed))
		s.run(t, "b", "nsmc", seed, "", wrongs(4, seed))
		s.run(t, "c", "nsmc", seed, "", wrongs(9, seed))
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	test := &Paired{Tasks: func(string) *Task { return nil }, Known: OpenKnown(), Answers: 1e6}
	of := func(model string) []results.Run {
		runs, _, err := results.Find(filepath.Join(s.root, model))
		if err != nil {
			t.Fatal(err)
		}
		return runs
	}
	file := func(r results.Run) (string, error) { return r.File(results.PredictionsFile), nil }
	for _, other := range []string{"b", "c"} {
		c := s.compare(t, Options{}, "a", other).Pairs[0].Tasks[0]
		p, apart, ok := test.Test("nsmc", of("a"), of(other), file)
		if !ok || p != *c.test.P || apart != (c.Difference.Interval[0] > 0 || c.Difference.Interval[1] < 0) {
			t.Errorf("%s: p %v, apart %v, %v; compare has p %v, %v", other, p, apart, ok, *c.test.P, c.Difference.Interval)
		}
	}
	summed := of("b") // what is found is kept, by sums
	for i := range summed {
		summed[i].Result.Files = []results.FileSum{{Name: results.PredictionsFile, SHA256: summed[i].Path}}
	}
	if _, _, ok := test.Test("nsmc", summed, summed, file); !ok || len(test.Known.all) != 1 {
		t.Errorf("%d outcomes are known, want 1", len(test.Known.all))
	}
	test.Answers = 3*400 - 1
	if _, _, ok := test.Test("nsmc", of("b"), of("c"), file); ok {
		t.Error("more was read than was allowed")
	}
	if err := os.WriteFile(filepath.Join(s.root, "c/nsmc/seed-0/predictions.jsonl"), []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	test.Answers = 1e6
	if _, _, ok := test.Test("nsmc", of("b"), of("c"), file); ok {
		t.Error("predictions that can't be read were paired")
	}
}

// What was found is known to the next program, by the files' sums alone.
func TestKnownOutcomes(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	score := func(sum string) []results.Run {
		return []results.Run{{Path: "gone", Result: results.Result{N: 4, Files: []results.FileSum{{Name: results.PredictionsFile, SHA256: sum}}}}}
	}
	file := func(r results.Run) (string, error) { return r.File(results.PredictionsFile), nil }
	k := OpenKnown()
	a, _ := filesOf(score("a"), file)
	b, _ := filesOf(score("b"), file)
	k.put(keyOf(a, b), outcome{0.25, true})
	if err := k.Save(); err != nil {
		t.Fatal(err)
	}
	test := &Paired{Tasks: func(string) *Task { return nil }, Known: OpenKnown(), Answers: 100}
	if p, apart, ok := test.Test("nsmc", score("a"), score("b"), file); p != 0.25 || !apart || !ok {
		t.Errorf("%v %v %v", p, apart, ok)
	}
	if _, _, ok := test.Test("nsmc", score("a"), score("c"), file); ok {
		t.Error("an outcome of other files")
	}
}
