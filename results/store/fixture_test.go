package store

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/samplerun"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

func ptr[T any](v T) *T { return &v }

func manifest(model, task string, seed uint64) results.Manifest {
	return samplerun.Manifest(model, task, seed)
}

func result(model, task string, seed uint64, score float64) results.Result {
	return samplerun.Result(model, task, seed, score)
}

func predictions() []results.Prediction { return samplerun.Predictions() }

// writeRun writes steps 1 and 2 with an evaluation behind the second.
func writeRun(t *testing.T, dir string, m results.Manifest, r results.Result) {
	t.Helper()
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for s := 1; s <= 2; s++ {
		logStep(t, w, s)
	}
	logEval(t, w, 2)
	if err := w.Publish(predictions(), r); err != nil {
		t.Fatal(err)
	}
}

func logStep(t *testing.T, w *Writer, s int) {
	t.Helper()
	if err := w.Step(results.StepEvent{Step: s, Epoch: float64(s) / 2, Loss: 1 / float64(s+2), LR: 3e-5, GradNorm: 1.5}); err != nil {
		t.Fatal(err)
	}
	if err := w.Timing(results.Timing{Event: "step", Step: s, Seconds: 0.1}); err != nil {
		t.Fatal(err)
	}
}

func logEval(t *testing.T, w *Writer, s int) {
	t.Helper()
	if err := w.Eval(results.EvalEvent{Step: s, Epoch: float64(s) / 2, Split: "test", Scores: metrics.Scores{Accuracy: ptr(0.5)}}); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// names lists what lies in dir.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	slices.Sort(all)
	return all
}
