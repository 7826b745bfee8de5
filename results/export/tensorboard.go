package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// EventFile is the name of a run's event file: TensorBoard knows it by its
// beginning.
const EventFile = "events.out.tfevents.0.bench"

// TensorBoard writes an event file for every run below dir, laid out as a folder
// of runs: scalars by step, hyperparameters, and the surest mistakes as text. Runs
// of one place and other settings, of several roots or evaluations, go to a folder
// of their variant and split.
func TensorBoard(dir string, runs []results.Run) error {
	taken := map[string]string{}
	for _, r := range runs {
		folders := results.FoldersAt(r.Path)
		at := func() string { return results.SeedDir(dir, r.Result.Model, r.Result.Task, r.Result.Seed, folders...) }
		for _, f := range []string{r.Identity().VariantFolder(), r.Result.Split} {
			if v := taken[at()]; v != "" && v != r.Variant() && !slices.Contains(folders, f) {
				folders = append(folders, f)
			}
		}
		place := at()
		taken[place] = r.Variant()
		path := filepath.Join(place, EventFile)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		err := atomicfile.Write(path, func(w io.Writer) error {
			b := bufio.NewWriter(w)
			if err := writeRun(NewEvents(b), r); err != nil {
				return err
			}
			return b.Flush()
		})
		if err != nil {
			return fmt.Errorf("%s: %w", r.Path, err)
		}
	}
	return nil
}

func writeRun(e *Events, r results.Run) error {
	names, values := hyperparameters(r)
	e.Hyperparameters(r.Result.Model+" "+r.Result.Task, names, values)
	events, err := r.Log()
	if err != nil {
		return err
	}
	clock, err := r.Clock()
	if err != nil {
		return err
	}
	for _, ev := range events {
		WriteEvent(e, ev, clock)
	}
	if text, err := mistakes(r); err == nil && text != "" { // a run need not have kept its predictions
		e.Text("mistakes", r.Result.Train.Steps, clock(r.Result.Train.Steps), text)
	}
	return e.Err()
}

// WriteEvent appends a line of a run's log; clock tells how many seconds a step
// came after the beginning.
func WriteEvent(e *Events, ev results.Event, clock func(step int) float64) {
	if s := ev.Step; s != nil {
		at := clock(s.Step)
		e.Scalar("train/loss", s.Step, at, s.Loss)
		e.Scalar("train/learning_rate", s.Step, at, s.LR)
		if !s.Skipped {
			e.Scalar("train/grad_norm", s.Step, at, s.GradNorm)
		}
		if s.LossScale > 0 {
			e.Scalar("train/loss_scale", s.Step, at, s.LossScale)
		}
		return
	}
	for _, n := range metrics.Names {
		if v, ok := ev.Eval.Scores.Get(n); ok {
			e.Scalar(ev.Eval.Split+"/"+string(n), ev.Eval.Step, clock(ev.Eval.Step), v)
		}
	}
}

// hyperparameters are the recipe's fields, by name, and what the run is of.
func hyperparameters(r results.Run) (names []string, values map[string]any) {
	values = map[string]any{}
	json.Unmarshal(r.Manifest.Recipe, &values) // a manifest that was read has an object, or nothing
	values["model"], values["task"], values["parameters"] = r.Result.Model, r.Result.Task, float64(r.Manifest.Model.Parameters)
	for name, v := range values {
		switch v.(type) {
		case float64, bool, string:
		default:
			values[name] = fmt.Sprint(v)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, values
}

// shownMistakes is how many wrong answers a run's text lists.
const shownMistakes = 20

// mistakes lists the worst answers as a Markdown table.
func mistakes(r results.Run) (string, error) {
	a, err := r.Answers(results.Reading{Detail: true})
	if err != nil {
		return "", err
	}
	hardest, err := a.Hardest(shownMistakes)
	if err != nil || len(hardest) == 0 {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| id | gold | predicted | | text |\n|---|---|---|---|---|\n")
	cell := func(s string) string { return strings.ReplaceAll(results.Plain(s), "|", "\\|") }
	for _, h := range hardest {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(string(h.ID)), cell(h.Gold.String()), cell(h.Pred.String()),
			cell(h.Why), cell(h.Reading()))
	}
	return b.String(), nil
}
