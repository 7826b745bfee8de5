package checkpoints

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
)

// Save writes the trained model as a directory that transformers loads, with a
// card that says what it was made from, and bench.json, by which bench knows it
// again.
func (l *Loaded) Save(dir string, m *results.Manifest, r *results.Result) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var tensors []hf.Tensor
	for _, p := range l.Model.Params() {
		tensors = append(tensors, hf.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Floats()})
	}
	if err := hf.WriteSafetensors(filepath.Join(dir, "model.safetensors"), tensors, map[string]string{"format": "pt"}); err != nil {
		return err
	}
	if err := hf.WriteConfig(dir, l.Config); err != nil {
		return err
	}
	if err := l.Tokenizer.Save(dir); err != nil {
		return err
	}
	if err := writeInputNames(dir, l.Config); err != nil {
		return err
	}
	if err := hf.WriteCard(dir, card(m, r)); err != nil {
		return err
	}
	return l.saveOrigin(dir, m, r)
}

// saveOrigin writes bench.json beside the files that it speaks of.
func (l *Loaded) saveOrigin(dir string, m *results.Manifest, r *results.Result) error {
	o := Origin{Schema: OriginSchema, Model: r.Model, Seed: r.Seed, Task: l.task.Definition(),
		Recipe: m.Recipe, Identity: m.Identity}
	var err error
	if o.Weights, err = hf.Fingerprint(dir); err != nil {
		return err
	}
	tok, err := l.tokenizing.Load(dir)
	if err != nil {
		return fmt.Errorf("the tokenizer as it was saved: %w", err)
	}
	o.Tokenizer = tok.Info().SHA256
	return o.write(dir)
}

// pipeline is the hub's name of the kind of task that a metric scores.
func pipeline(n metrics.Name) string {
	switch n {
	case metrics.F1, metrics.F1FullGold, metrics.Precision, metrics.Recall:
		return "token-classification"
	case metrics.Spearman, metrics.Pearson:
		return "sentence-similarity"
	}
	return "text-classification"
}

func card(m *results.Manifest, r *results.Result) hf.Card {
	c := hf.Card{Model: r.Model, Base: r.Model, Task: r.Task, Pipeline: pipeline(r.Metric), Split: r.Split, Metric: string(r.Metric),
		Score: r.Score, Interval: r.Interval, N: r.N, Recipe: m.Recipe, Generator: "bench " + m.Program.Version,
		Parameters: m.Model.Parameters}
	for _, d := range m.Data {
		c.Data = append(c.Data, hf.CardData{Split: d.Split, File: d.File, SHA256: d.SHA256, Rows: d.Rows})
	}
	return c
}
