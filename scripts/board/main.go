// Command board writes a folder of runs of which nothing was trained: every model
// on every task with every seed, answers drawn by the model's skill and how hard an
// example is. Tables, comparisons and pages are tried with it at full size:
//
//	go run ./scripts/board -runs DIR -models 9 -seeds 3 -n 50000     # 189 runs
//	bench report DIR -o report.html
//
// What it writes is a function of its flags.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/tasks"
)

func main() {
	var b drawnBoard
	flag.StringVar(&b.root, "runs", "", "the folder of runs")
	flag.IntVar(&b.models, "models", 9, "how many models")
	flag.IntVar(&b.seeds, "seeds", 3, "how many seeds of each")
	flag.IntVar(&b.n, "n", 50_000, "how many examples a task has")
	flag.Parse()
	if b.root == "" || b.models < 1 || b.seeds < 1 || b.n < 1 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "board: want -runs DIR, and models, seeds and examples")
		os.Exit(2)
	}
	if err := b.write(); err != nil {
		fmt.Fprintln(os.Stderr, "board:", err)
		os.Exit(1)
	}
}

// drawnBoard is a folder of drawn runs.
type drawnBoard struct {
	root             string
	models, seeds, n int
}

func (b drawnBoard) write() error {
	for t := range tasks.All {
		for m := range b.models {
			for s := range b.seeds {
				if err := b.run(t, m, uint64(s+1)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// steps is how long the drawn trainings are.
const steps, epochs = 600, 3

func (b drawnBoard) run(index, model int, seed uint64) error {
	t := &tasks.All[index]
	name := fmt.Sprintf("model-%c", 'a'+model)
	preds := draw{task: t, index: index, model: model, seed: seed}.predictions(b.n)
	answers, err := answersOf(preds, t.Labels)
	if err != nil {
		return err
	}
	m, err := manifest(t, name, model, seed, b.n)
	if err != nil {
		return err
	}
	w, err := store.Create(results.RunDir(b.root, name, t.Name, seed), m)
	if err != nil {
		return err
	}
	defer w.Close()
	sample := answers.Sample()
	r := results.Result{Model: name, Task: t.Name, Seed: seed, Split: t.Scored, Metric: t.Metric, N: b.n,
		Scores: sample.Scores(), Train: results.Train{Steps: steps, Examples: 32 * steps, Tokens: 600 * steps}}
	r.Score, r.Interval = results.Headline(sample, t.Metric)
	for step := 1; step <= steps; step++ {
		loss := 0.2 + 0.5/(1+float64(step*(model+2))/200) + 0.1*unit(seed, uint64(model), uint64(step))
		e := results.StepEvent{Step: step, Epoch: float64(step*epochs) / steps, Loss: loss, LR: 5e-5, GradNorm: 1}
		if err := w.Step(e); err != nil {
			return err
		}
		if step%(steps/epochs) == 0 {
			e := results.EvalEvent{Step: step, Epoch: float64(step*epochs) / steps, Split: t.Scored, Scores: r.Scores}
			if err := w.Eval(e); err != nil {
				return err
			}
			r.Epochs = append(r.Epochs, results.Epoch{Epoch: step * epochs / steps, Scores: r.Scores})
		}
	}
	r.Select = results.Choose(r.Epochs, t.Metric)
	return w.Publish(preds, r)
}

// manifest says that a run was drawn.
func manifest(t *tasks.Task, name string, model int, seed uint64, n int) (results.Manifest, error) {
	yes := true
	recipe, err := results.EncodeRecipe(map[string]any{"batch_size": 32, "learning_rate": 5e-5, "epochs": epochs, "seed": seed})
	if err != nil {
		return results.Manifest{}, err
	}
	m := results.Manifest{Schema: results.Schema, Task: t.Name, Recipe: recipe,
		Model: results.Model{Name: name, Architecture: "bert", Parameters: 10_000_000 * int64(model+1),
			SHA256: results.HashJSON(name)},
		Tokenizer: results.Tokenizer{Type: "wordpiece", VocabSize: 8000, Lowercase: &yes, StripAccents: &yes,
			SHA256: results.HashJSON("tokenizer")},
		Data: []results.Data{
			{Split: tasks.Train, File: "train", SHA256: results.HashJSON(t.Name + " train"), Rows: 32 * steps / epochs},
			{Split: t.Scored, File: t.Scored, SHA256: results.HashJSON(t.Name + " scored"), Rows: n},
		},
		Program: results.Program{Version: "drawn", Kernels: "none"}}
	return m, m.Identify(m.Model.SHA256, m.Tokenizer.SHA256, results.HashJSON(t.Name))
}
