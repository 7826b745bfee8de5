package store

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

func ptr[T any](v T) *T { return &v }

func manifest(model, task string, seed uint64) results.Manifest {
	m := results.Manifest{
		Schema:    results.Schema,
		Model:     results.Model{Name: model, Path: "models/" + model, Architecture: "bert", Parameters: 1234567, SHA256: "aa"},
		Tokenizer: results.Tokenizer{Type: "wordpiece", VocabSize: 2000, Lowercase: ptr(true), StripAccents: ptr(false), SHA256: "bb"},
		Task:      task,
		Data: []results.Data{
			{Split: "train", File: "ratings_train.txt", SHA256: "cc", Rows: 10, Dropped: map[string]int{"empty": 2, "NS": 1}},
			{Split: "test", File: "ratings_test.txt", SHA256: "dd", Rows: 3, Dropped: map[string]int{}},
		},
		Recipe:  json.RawMessage(fmt.Sprintf(`{"batch_size":32,"learning_rate":3e-05,"seed":%d}`, seed)),
		Program: results.Program{Version: "0.1.0", Commit: "abc", Go: "go1.26", Kernels: "go"},
	}
	if err := m.Identify(m.Model.SHA256, m.Tokenizer.SHA256, task); err != nil {
		panic(err)
	}
	return m
}

func result(model, task string, seed uint64, score float64) results.Result {
	return results.Result{
		Model: model, Task: task, Seed: seed, Split: "test", Metric: metrics.Accuracy, N: 3,
		Score: &score, Interval: &[2]float64{score - 1, score + 2},
		Scores: metrics.Scores{Accuracy: ptr(score / 100)},
		Select: results.Select{Last: &score, BestOnTest: ptr(score + 0.5)},
		Epochs: []results.Epoch{{Epoch: 1, Scores: metrics.Scores{Accuracy: ptr(score / 100)}}},
		Train:  results.Train{Steps: 2, Examples: 10, Tokens: 200},
	}
}

func predictions() []results.Prediction {
	return []results.Prediction{
		{ID: results.IntID(0), Gold: results.Label("1"), Pred: results.Label("0"), Probs: []float64{0.75, 0.25}, Text: "재밌는 <영화> & 좋은 배우"},
		{ID: results.IntID(1), Gold: results.Number(3.2), Pred: results.Number(-0.5), Text: "앞 문장", TextPair: ptr("뒤 문장")},
		{ID: "a-2", Gold: results.Tags([]string{"PER-B", "O"}), Pred: results.Tags([]string{"O", "O"}), Words: []string{"철수가", "갔다"}, Kept: ptr(1)},
	}
}

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
