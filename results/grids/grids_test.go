package grids

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// run is a run of batch size size, whose best checkpoint has that score on dev
// and that on test, and whose last is perfect on both.
func run(t *testing.T, size int, seed uint64, dev, test float64) results.Run {
	t.Helper()
	of := func(percent float64) metrics.Scores { v := percent / 100; return metrics.Scores{Accuracy: &v} }
	m := results.Manifest{Schema: results.Schema, Task: "paws", Model: results.Model{Name: "a"},
		Data:   []results.Data{{Split: "train", SHA256: "aa"}, {Split: "dev", SHA256: "bb", Rows: 9}, {Split: "test", SHA256: "cc"}},
		Recipe: json.RawMessage(fmt.Sprintf(`{"batch_size":%d,"learning_rate":0.00003,"seed":%d,"keep":"both"}`, size, seed))}
	if err := m.Identify("m", "t", "k"); err != nil {
		t.Fatal(err)
	}
	last, lastDev, best := of(100), of(100), of(dev)
	perfect := 100.0
	return results.Run{Path: fmt.Sprintf("size-%d/seed-%d", size, seed), Manifest: m,
		Result: results.Result{Model: "a", Task: "paws", Seed: seed, Split: "test", Metric: metrics.Accuracy, N: 5, Score: &perfect, Scores: last,
			Interval: &[2]float64{99, 100}, Epochs: []results.Epoch{{Epoch: 1, Scores: last, Dev: &lastDev}},
			Checkpoints: []results.Checkpoint{{Dir: results.CheckpointDir, Score: &perfect, Dev: &lastDev},
				{Dir: results.BestCheckpointDir, ChosenOn: "dev", Score: &test, Interval: &[2]float64{test - 2, test + 4}, Dev: &best}}}}
}

// The best mean over seeds on dev wins, whatever it has on test; its score and
// interval are those of the checkpoints chosen on dev.
func TestChoiceOnDev(t *testing.T) {
	all := Of([]results.Run{
		run(t, 8, 1, 95, 99), run(t, 8, 2, 60, 99), // one lucky seed
		run(t, 128, 1, 80, 50), run(t, 128, 2, 82, 54),
		run(t, 16, 1, 70, 90), run(t, 16, 2, 70, 90), run(t, 16, 2, 99, 90), // the same seed a second time does not count
		run(t, 32, 1, 100, 100), // a seed is missing
	})
	if len(all) != 1 {
		t.Fatalf("%d grids", len(all))
	}
	g := all[0]
	var got []string
	for _, p := range g.Points {
		got = append(got, fmt.Sprintf("%s %d %.1f %v", p.Value("batch_size"), p.Seeds, *p.Dev, p.Best))
	}
	if want := []string{"8 2 77.5 false", "16 2 70.0 false", "128 2 81.0 true"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	w := g.Winner
	if *w.Score != 52 || *w.Interval != [2]float64{50, 56} || w.N != 5 || !slices.Equal(w.Runs, []string{"size-128/seed-1", "size-128/seed-2"}) {
		t.Errorf("%+v %v %v", w, *w.Score, *w.Interval)
	}
	if !slices.Equal(g.Fields, []string{"batch_size"}) || g.Split != "dev" || g.Incomplete() != 0 {
		t.Errorf("%+v", g)
	}
}

// A point that lacks a seed stands in the grid that was asked for, and can't win.
func TestIncompletePoints(t *testing.T) {
	all := Of([]results.Run{run(t, 8, 1, 50, 50), run(t, 8, 2, 50, 50), run(t, 16, 1, 90, 90)}, "batch_size")
	if g := all[0]; len(g.Points) != 2 || !g.Points[0].Best || g.Points[1].Dev != nil || g.Incomplete() != 1 {
		t.Errorf("%+v", g)
	}
	if all := Of([]results.Run{run(t, 8, 1, 50, 50)}); all != nil {
		t.Errorf("one recipe: %+v", all)
	}
	if all := Of([]results.Run{run(t, 8, 1, 50, 50)}, "batch_size"); len(all) != 1 || all[0].Winner == nil {
		t.Errorf("one recipe that was asked for: %+v", all)
	}
}

// Runs on other data, chosen on other rows or scored otherwise are compared with
// none of them.
func TestWhatDoesNotCompare(t *testing.T) {
	for name, change := range map[string]func(*results.Run){
		"other train data": func(r *results.Run) { r.Manifest.Data[0].SHA256 = "dd" },
		"other dev data":   func(r *results.Run) { r.Manifest.Data[1].SHA256 = "dd" },
		"fewer dev rows":   func(r *results.Run) { r.Manifest.Data[1].Rows = 3 },
		"no dev":           func(r *results.Run) { r.Manifest.Data = slices.Delete(slices.Clone(r.Manifest.Data), 1, 2) },
		"other split":      func(r *results.Run) { r.Result.Split = "train" },
		"other kernels":    func(r *results.Run) { r.Manifest.Program.Kernels = "avx2" },
		"other tokenizer":  func(r *results.Run) { r.Manifest.Tokenizer.SHA256 = "x" },
	} {
		r := run(t, 16, 1, 90, 90)
		r.Manifest.Tokenizer.SHA256 = "t"
		change(&r)
		if err := r.Manifest.Identify("m", r.Manifest.Tokenizer.SHA256, "k"); err != nil {
			t.Fatal(err)
		}
		if all := Of([]results.Run{run(t, 8, 1, 50, 50), r}); all != nil {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

// A recipe whose numbers two programs made is no grid of two recipes: the newer
// one's are taken, whatever dev says and however they lie, and kernels that most runs
// have where both are as new.
func TestNewerNumbers(t *testing.T) {
	made := func(path string, dev float64, numerics int, kernels string) results.Run {
		r := run(t, 8, 1, dev, 50)
		r.Path, r.Manifest.Program.Kernels = path, kernels
		if err := r.Manifest.Identify("m", "t", "k"); err != nil {
			t.Fatal(err)
		}
		r.Manifest.Parts.Numerics = numerics
		r.Manifest.Identity = r.Manifest.Parts.Hash()
		return r
	}
	noDev := func(r results.Run) results.Run {
		r.Result.Epochs, r.Result.Checkpoints = nil, nil
		return r
	}
	common := map[string]int{"avx2": 3, "avx512": 5}
	for name, group := range map[string][]results.Run{
		"older first":    {made("old", 90, 1, "avx2"), made("new", 50, 2, "avx2")},
		"newer first":    {made("new", 50, 2, "avx2"), made("old", 90, 1, "avx2")},
		"without dev":    {noDev(made("old", 90, 1, "avx2")), noDev(made("new", 50, 2, "avx2"))},
		"common kernels": {made("old", 90, 2, "avx2"), made("new", 50, 2, "avx512")},
	} {
		c := Choose(group, common)
		if c.Grid != nil || len(c.Runs) != 1 || c.Runs[0].Path != "new" || len(c.Left) != 1 || c.Left[0].Path != "old" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
