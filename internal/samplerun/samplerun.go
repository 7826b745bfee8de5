// Package samplerun has a run's records, as tests of what reads runs need them.
package samplerun

import (
	"encoding/json"
	"fmt"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

func ptr[T any](v T) *T { return &v }

// Manifest is that of a run of a BERT on ten rows.
func Manifest(model, task string, seed uint64) results.Manifest {
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

// Result is a score per cent of three rows, by one epoch of two steps.
func Result(model, task string, seed uint64, score float64) results.Result {
	return results.Result{
		Model: model, Task: task, Seed: seed, Split: "test", Metric: metrics.Accuracy, N: 3,
		Score: &score, Interval: &[2]float64{score - 1, score + 2},
		Scores: metrics.Scores{Accuracy: ptr(score / 100)},
		Select: results.Select{Last: &score, BestOnTest: ptr(score + 0.5)},
		Epochs: []results.Epoch{{Epoch: 1, Scores: metrics.Scores{Accuracy: ptr(score / 100)}}},
		Train:  results.Train{Steps: 2, Examples: 10, Tokens: 200},
	}
}

// Run is both, at a path.
func Run(path, model, task string, seed uint64, score float64) results.Run {
	m, r := Manifest(model, task, seed), Result(model, task, seed, score)
	return results.Run{Path: path, Manifest: m, Result: r}
}

// Predictions are one of each kind: a label, a number and tags.
func Predictions() []results.Prediction {
	return []results.Prediction{
		{ID: results.IntID(0), Gold: results.Label("1"), Pred: results.Label("0"), Probs: []float64{0.75, 0.25},
			Text: "재밌는 <영화> & 좋은 배우"},
		{ID: results.IntID(1), Gold: results.Number(3.2), Pred: results.Number(-0.5), Text: "앞 문장", TextPair: ptr("뒤 문장")},
		{ID: "a-2", Gold: results.Tags([]string{"PER-B", "O"}), Pred: results.Tags([]string{"O", "O"}),
			Words: []string{"철수가", "갔다"}, Kept: ptr(1)},
	}
}
