package board

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// tried is a run by a learning rate, with its score on dev.
func tried(path, model string, seed uint64, rate string, dev, score float64) results.Run {
	r := run(path, model, "paws", seed, score)
	r.Manifest.Data = append(r.Manifest.Data, results.Data{Split: "dev", SHA256: "ee", Rows: 4})
	r.Manifest.Recipe = json.RawMessage(fmt.Sprintf(`{"batch_size":32,"learning_rate":%s,"seed":%d}`, rate, seed))
	if err := r.Manifest.Identify("aa", "bb", "paws"); err != nil {
		panic(err)
	}
	r.Result.Epochs[0].Dev = &metrics.Scores{Accuracy: ptr(dev / 100)}
	return r
}

// Of recipes with as many seeds the one best on dev is shown, and not the one best
// on test; the others are named. Models for which the same recipes were tried
// compete, whichever won.
func TestBestOnDevIsShown(t *testing.T) {
	l := build(t, []results.Run{
		tried("a1", "a", 1, "1e-5", 90, 70), tried("a2", "a", 1, "5e-5", 60, 99),
		tried("b1", "b", 1, "1e-5", 50, 95), tried("b2", "b", 1, "5e-5", 51, 80),
		run("c", "c", "nsmc", 1, 50),
	}, nil, Last)
	a, b := l.Rows[0].Cells["paws"], l.Rows[1].Cells["paws"]
	if a.Score != 70 || b.Score != 80 || !b.Best || len(a.Marks)+len(b.Marks) > 0 {
		t.Errorf("%+v %+v", a, b)
	}
	want := []string{
		"a, paws: of 2 recipes the one best on dev is shown: a1; left out are those that differ in learning_rate (5e-05, not 1e-05)",
		"b, paws: of 2 recipes the one best on dev is shown: b2; left out are those that differ in learning_rate (1e-05, not 5e-05)",
	}
	for i := range want {
		want[i] = strings.NewReplacer("5e-05", "5e-5", "1e-05", "1e-5").Replace(want[i])
	}
	if !slices.Equal(english(l.Warnings), want) {
		t.Errorf("%q", l.Warnings)
	}
}

// More seeds come before a better score on dev, and one recipe beside another's
// whole grid is marked.
func TestSeedsBeforeDev(t *testing.T) {
	l := build(t, []results.Run{
		tried("a1", "a", 1, "1e-5", 50, 70), tried("a2", "a", 2, "1e-5", 50, 70), tried("a3", "a", 1, "5e-5", 90, 99),
	}, nil, Last)
	if c := l.Rows[0].Cells["paws"]; c.Score != 70 || c.Seeds != 2 {
		t.Errorf("%+v", c)
	}
	l = build(t, []results.Run{
		tried("a1", "a", 1, "1e-5", 50, 70), tried("a2", "a", 1, "5e-5", 90, 99),
		tried("b1", "b", 1, "5e-5", 50, 70), tried("c1", "c", 1, "5e-5", 50, 70),
	}, nil, Last)
	if c := l.Rows[0].Cells["paws"]; c.Score != 99 || !slices.Equal(c.Marks, []Mark{OtherRecipe}) {
		t.Errorf("%+v", c)
	}
}

// What else is said of a model is said of the runs that its cells show.
func TestShown(t *testing.T) {
	runs := []results.Run{tried("a1", "a", 1, "1e-5", 90, 70), tried("a2", "a", 1, "5e-5", 60, 99), run("c", "c", "nsmc", 1, 50)}
	var paths []string
	for _, r := range build(t, runs, nil, Last).Shown(runs) {
		paths = append(paths, r.Path)
	}
	if !slices.Equal(paths, []string{"a1", "c"}) || len(runs) != 3 || runs[1].Path != "a2" {
		t.Errorf("%q", paths)
	}
}
