package store_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
)

func Example() {
	root, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(root)
	recipe, _ := results.EncodeRecipe(map[string]any{"epochs": 1})
	w, err := store.Create(results.RunDir(root, "tiny", "nsmc", 42), results.Manifest{Task: "nsmc", Recipe: recipe})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Close()
	w.Step(results.StepEvent{Step: 1, Epoch: 1, Loss: 0.69, LR: 3e-5})
	score := 50.0
	err = w.Publish([]results.Prediction{
		{ID: results.IntID(0), Gold: results.Label("1"), Pred: results.Label("1"), Text: "재밌다"},
		{ID: results.IntID(1), Gold: results.Label("0"), Pred: results.Label("1"), Text: "별로다"},
	}, results.Result{Model: "tiny", Task: "nsmc", Seed: 42, Metric: metrics.Accuracy, N: 2, Score: &score})
	if err != nil {
		fmt.Println(err)
		return
	}
	runs, _, _ := results.Find(root)
	for _, r := range runs {
		path, _ := filepath.Rel(root, r.Path)
		fmt.Println(filepath.ToSlash(path), *r.Result.Score)
	}
	// Output: tiny/nsmc/seed-42 50
}
