package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
)

// evalOptions are the flags of `bench eval`.
type evalOptions struct {
	model, task, recipe string
	dataDir, split      string
	file, runs, format  string
	set                 []string
}

func newEvalCmd() *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval --model DIR --task T",
		Short: "Score a fine-tuned checkpoint, without training",
		Long: `Scores a checkpoint that has the task's head, as 'bench run' or transformers saved it,
and writes a run as well. A checkpoint without that head is an error.`,
		Example: `  bench eval --model runs/bert-tiny-scratch/nsmc/seed-42/checkpoint --task nsmc --data-dir DATA
  bench eval --model ./my-bert-nsmc --task nsmc --test my_reviews.txt --format json`,
		Args:        args(cobra.NoArgs),
		Annotations: map[string]string{savesOnStop: "yes"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	fl := cmd.Flags()
	fl.StringVarP(&o.model, "model", "m", "", "a fine-tuned checkpoint's directory `DIR`")
	fl.StringVarP(&o.task, "task", "t", "", "a task `T`")
	fl.StringVar(&o.recipe, "recipe", "", "the recipe `R` whose max_length, truncation and padding count (default default)")
	fl.StringArrayVar(&o.set, "set", nil, "a recipe field `key=value`; may be repeated")
	fl.StringVar(&o.dataDir, "data-dir", "", "the folder `D` of official files, or samples")
	fl.StringVar(&o.split, "split", "", "the split `S` to score: train, dev or test (default the task's scored one)")
	fl.StringVar(&o.file, "test", "", "a file `F` in place of the official one")
	fl.StringVar(&o.runs, "runs", "runs", "the folder `DIR` of runs")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *evalOptions) run(ctx context.Context, s streams) error {
	c, err := o.cell(ctx)
	if err != nil {
		return err
	}
	done, err := runs.Eval(ctx, c, &cellEvents{w: s.err})
	if err != nil {
		err = fmt.Errorf("%s: %w", c.Name(), err)
		if errors.Is(err, runs.ErrInterrupted) {
			return resumableError{err}
		}
		return err
	}
	return printOutcomes(s, []runs.Outcome{*done}, o.format)
}

func (o *evalOptions) cell(ctx context.Context) (runs.Cell, error) {
	if o.model == "" || o.task == "" {
		return runs.Cell{}, usagef("--model and --task are needed")
	}
	t, err := tasks.Find(o.task)
	if err != nil {
		return runs.Cell{}, err
	}
	if o.split == "" {
		o.split = t.Scored
	}
	if o.dataDir == "" && o.file == "" {
		return runs.Cell{}, usagef("no data: name --data-dir, or a file with --test")
	}
	m, err := checkpoints.Find(o.model)
	if err != nil {
		return runs.Cell{}, err
	}
	if m.Scratch != nil {
		return runs.Cell{}, fmt.Errorf("%s starts from nothing: there is nothing to score before 'bench run'", m.Name)
	}
	r, err := (&configs.Suite{Recipe: o.recipe, Set: o.set}).RecipeFor(t.Name)
	if err != nil {
		return runs.Cell{}, err
	}
	name := filepath.Base(filepath.Clean(o.model))
	if run, err := results.Open(filepath.Dir(filepath.Clean(o.model))); err == nil && name == results.CheckpointDir {
		m.Name, r.Seed = run.Result.Model, run.Result.Seed
	}
	return runs.Cell{Model: m, Task: t, Recipe: r, Scored: o.split, Data: runs.DataSource{Dir: o.dataDir, Files: map[string]string{o.split: o.file}},
		Dir:     results.RunDir(o.runs, m.Name, t.Name, r.Seed) + "-eval-" + o.split,
		Program: thisProgram(), Started: startOf(ctx)}, nil
}
