package main

import (
	"testing"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// Runs of every task are found whole, and the more skilled model is the better one.
func TestWrite(t *testing.T) {
	root := t.TempDir()
	if err := (drawnBoard{root: root, models: 3, seeds: 2, n: 400}).write(); err != nil {
		t.Fatal(err)
	}
	runs, bad, err := results.Find(root)
	if err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	if want := 3 * 2 * len(tasks.All); len(runs) != want {
		t.Fatalf("%d runs, want %d", len(runs), want)
	}
	for _, task := range tasks.All {
		mean := map[string]float64{}
		for _, r := range runs {
			if r.Result.Task == task.Name {
				if r.Result.Score == nil || r.Result.N != 400 {
					t.Fatalf("%s: score %v of %d examples", r.Path, r.Result.Score, r.Result.N)
				}
				mean[r.Result.Model] += *r.Result.Score / 2
			}
		}
		if a, c := mean["model-a"], mean["model-c"]; a >= c || a < 30 || c > 99 {
			t.Errorf("%s: %.1f of model-a, %.1f of model-c", task.Name, a, c)
		}
	}
}
