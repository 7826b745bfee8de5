package results

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/metrics"
)

func ptr[T any](v T) *T { return &v }

func manifest(model, task string, seed uint64) Manifest {
	m := Manifest{
		Schema:    Schema,
		Model:     Model{Name: model, Path: "models/" + model, Architecture: "bert", Parameters: 1234567, SHA256: "aa"},
		Tokenizer: Tokenizer{Type: "wordpiece", VocabSize: 2000, Lowercase: ptr(true), StripAccents: ptr(false), SHA256: "bb"},
		Task:      task,
		Data: []Data{
			{"train", "ratings_train.txt", "cc", 10, map[string]int{"empty": 2, "NS": 1}},
			{"test", "ratings_test.txt", "dd", 3, map[string]int{}},
		},
		Recipe:  json.RawMessage(fmt.Sprintf(`{"batch_size":32,"learning_rate":3e-05,"seed":%d}`, seed)),
		Program: Program{Version: "0.1.0", Commit: "abc", Go: "go1.26", Kernels: "go"},
	}
	if err := m.Identify(m.Model.SHA256, m.Tokenizer.SHA256, task); err != nil {
		panic(err)
	}
	return m
}

func result(model, task string, seed uint64, score float64) Result {
	return Result{
		Model: model, Task: task, Seed: seed, Split: "test", Metric: metrics.Accuracy, N: 3,
		Score: &score, Interval: &[2]float64{score - 1, score + 2},
		Scores: metrics.Scores{Accuracy: ptr(score / 100)},
		Select: Select{Last: &score, BestOnTest: ptr(score + 0.5)},
		Epochs: []Epoch{{Epoch: 1, Scores: metrics.Scores{Accuracy: ptr(score / 100)}}},
		Train:  Train{Steps: 2, Examples: 10, Tokens: 200},
	}
}

func predictions() []Prediction {
	return []Prediction{
		{ID: IntID(0), Gold: Label("1"), Pred: Label("0"), Probs: []float64{0.75, 0.25}, Text: "재밌는 <영화> & 좋은 배우"},
		{ID: IntID(1), Gold: Number(3.2), Pred: Number(-0.5), Text: "앞 문장", TextPair: ptr("뒤 문장")},
		{ID: "a-2", Gold: Tags([]string{"PER-B", "O"}), Pred: Tags([]string{"O", "O"}), Words: []string{"철수가", "갔다"}, Kept: ptr(1)},
	}
}

// writeRun leaves a finished run with one step in its log.
func writeRun(t *testing.T, dir string, m Manifest, r Result) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name string, v any) {
		text, err := Encode(v, "")
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write(LogFile, Event{Step: &StepEvent{Step: 1, Epoch: 1, Loss: 0.5}})
	write(ManifestFile, m)
	for _, name := range []string{LogFile, ManifestFile} {
		sum, err := SumFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		r.Files = append(r.Files, sum)
	}
	write(ResultFile, r)
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
