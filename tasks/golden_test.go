package tasks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// TestReferenceRows holds the number of rows that are used and skipped to the
// reference's own count, for every training that BENCH_GOLDEN has.
func TestReferenceRows(t *testing.T) {
	type config struct {
		Task      string `json:"task"`
		TrainFile string `json:"train_file"`
		EvalFile  string `json:"eval_file"`
		Used      int    `json:"train_rows_used"`
		Skipped   int    `json:"train_rows_skipped"`
		Eval      int    `json:"eval_rows"`
	}
	dir := os.Getenv("BENCH_GOLDEN")
	if dir == "" {
		t.Skip("BENCH_GOLDEN names no directory of reference trainings")
	}
	found, err := filepath.Glob(filepath.Join(dir, "training", "*", "config.json"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no training in %s: %v", dir, err)
	}
	for _, path := range found {
		folder := filepath.Dir(path)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			c := golden.JSON[config](t, path)
			task, err := Find(c.Task)
			if err != nil {
				t.Fatal(err)
			}
			train, err := task.OpenFile(filepath.Join(folder, "data", c.Task, c.TrainFile), Train)
			if err != nil {
				t.Fatal(err)
			}
			if len(train.Examples) != c.Used || train.Rows-len(train.Examples) != c.Skipped {
				t.Errorf("%d of %d rows used, dropped %v; the reference used %d, skipped %d", len(train.Examples), train.Rows, train.Dropped, c.Used, c.Skipped)
			}
			eval, err := task.OpenFile(filepath.Join(folder, "data", c.Task, c.EvalFile), Test)
			if err != nil {
				t.Fatal(err)
			}
			if len(eval.Examples) != c.Eval {
				t.Errorf("%d rows scored, the reference scored %d", len(eval.Examples), c.Eval)
			}
		})
	}
}
