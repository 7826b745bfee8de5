package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// evalFlags are the flags of `bench eval`.
type evalFlags struct {
	model, task, recipe string
	dataDir, split      string
	file, runs, format  string
	set                 []string
}

func newEvalCmd() *cobra.Command {
	var f evalFlags
	cmd := &cobra.Command{
		Use:   "eval --model DIR --task T",
		Short: "Score a fine-tuned checkpoint, without training",
		Long: `Scores a checkpoint that has the task's head, as 'bench run' or transformers saved it,
and writes a run as well. A checkpoint without that head is an error.`,
		Example: `  bench eval --model runs/bert-tiny-scratch/nsmc/seed-42/checkpoint --task nsmc --data-dir DATA
  bench eval --model ./my-bert-nsmc --task nsmc --test my_reviews.txt --format json`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(f.format, "table", "json"); err != nil {
				return err
			}
			c, err := f.cell()
			if err != nil {
				return err
			}
			o, err := c.eval(cmd.Context(), f.split)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name(), err)
			}
			return printOutcomes(cmd, []outcome{*o}, f.format)
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&f.model, "model", "m", "", "a fine-tuned checkpoint's directory `DIR`")
	fl.StringVarP(&f.task, "task", "t", "", "a task `T`")
	fl.StringVar(&f.recipe, "recipe", "", "the recipe `R` whose max_length, truncation and padding count (default default)")
	fl.StringArrayVar(&f.set, "set", nil, "a recipe field `key=value`; may be repeated")
	fl.StringVar(&f.dataDir, "data-dir", "", "the folder `D` of official files, or samples")
	fl.StringVar(&f.split, "split", "", "the split `S` to score: train, dev or test (default the task's scored one)")
	fl.StringVar(&f.file, "test", "", "a file `F` in place of the official one")
	fl.StringVar(&f.runs, "runs", "runs", "the folder `DIR` of runs")
	fl.StringVar(&f.format, "format", "table", "table or json")
	return cmd
}

func (f *evalFlags) cell() (cell, error) {
	if f.model == "" || f.task == "" {
		return cell{}, usagef("--model and --task are needed")
	}
	t, err := tasks.Find(f.task)
	if err != nil {
		return cell{}, err
	}
	if f.split == "" {
		f.split = t.Scored
	}
	if f.dataDir == "" && f.file == "" {
		return cell{}, usagef("no data: name --data-dir, or a file with --test")
	}
	m, err := checkpoints.Find(f.model)
	if err != nil {
		return cell{}, err
	}
	if m.Scratch != nil {
		return cell{}, fmt.Errorf("%s starts from nothing: there is nothing to score before 'bench run'", m.Name)
	}
	r, err := (&configs.Suite{Recipe: f.recipe, Set: f.set}).RecipeFor(t.Name)
	if err != nil {
		return cell{}, err
	}
	name := filepath.Base(filepath.Clean(f.model))
	if run, err := results.Open(filepath.Dir(filepath.Clean(f.model))); err == nil && name == results.CheckpointDir {
		m.Name, r.Seed = run.Result.Model, run.Result.Seed
	}
	c := cell{model: m, task: t, recipe: r, data: dataSource{dir: f.dataDir, files: map[string]string{f.split: f.file}}}
	c.dir = results.RunDir(f.runs, m.Name, t.Name, r.Seed) + "-eval-" + f.split
	return c, nil
}

// eval scores a split with the checkpoint as it is.
func (c cell) eval(ctx context.Context, split string) (*outcome, error) {
	set, err := c.data.open(c.task, split)
	if err != nil {
		return nil, err
	}
	s, err := c.model.Load(c.task, c.recipe.Seed, nil)
	if err != nil {
		return nil, err
	}
	if s.NewHead {
		return nil, fmt.Errorf("the checkpoint has no head for %s: fine-tune it with 'bench run'", c.task.Name)
	}
	data := splits{train: set, scored: set}
	m, err := c.manifest(s, data)
	if err != nil {
		return nil, err
	}
	m.Data = m.Data[:1]
	w, err := results.Create(c.dir, *m)
	if errors.Is(err, results.ErrFinished) {
		return c.finished(m)
	}
	if err != nil {
		return nil, err
	}
	defer w.Close()
	if w.Resumed() {
		if err := w.Rewind(0); err != nil {
			return nil, err
		}
	}
	d, err := c.encode(s, set, c.recipe.MaxEvalRows)
	if err != nil {
		return nil, err
	}
	kernels.SetThreads(c.recipe.Threads)
	preds, err := d.Predict(ctx, &ops.Arena{})
	if err != nil {
		return nil, err
	}
	res := c.result(&trainers.Outcome{}, data, d.Sample(preds))
	res.Select.Last = res.Score
	if err := w.Publish(records(d, preds), *res); err != nil {
		return nil, err
	}
	return c.outcome(evaluated, res), nil
}
