package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// evalOptions are the flags of `bench eval`.
type evalOptions struct {
	model, task, recipe string
	dataDir, split      string
	file, runs, format  string
	set, labels         []string
	name                string
	tokenizing          tokenizers.LoadOptions
}

func newEvalCmd() *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval --model DIR --task T",
		Short: "Score a fine-tuned checkpoint, without training",
		Long: `Scores a checkpoint that has the task's head, as 'bench run' or transformers saved it,
and writes a run as well. A checkpoint without that head is an error, and so is one that
bench trained on another task. max_length, truncation, padding and precision are those
that a checkpoint of bench was trained with, unless --recipe or --set says otherwise; it
is called what the run called its model. Labels are found by the names in config.json, in
any order and letter case; --labels says which of the task's labels a name is that bench
does not know.`,
		Example: `  bench eval --model runs/bert-tiny-scratch/nsmc/seed-42/checkpoint --task nsmc --data-dir DATA
  bench eval --model ./my-bert-nsmc --task nsmc --test my_reviews.txt --format json
  bench eval --model ./their-nli --task kornli --data-dir DATA --labels LABEL_0=entailment,LABEL_1=neutral,LABEL_2=contradiction`,
		Args:        args(cobra.NoArgs),
		Annotations: map[string]string{savesOnStop: "yes"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	fl := cmd.Flags()
	fl.StringVarP(&o.model, "model", "m", "", "a fine-tuned checkpoint's directory `DIR`")
	fl.StringVarP(&o.task, "task", "t", "", "a task `T`")
	fl.StringVar(&o.recipe, "recipe", "", "the recipe `R` whose max_length, truncation, padding and precision count "+
		"(default the checkpoint's own, or default)")
	fl.StringArrayVar(&o.set, "set", nil, "a recipe field `key=value`; may be repeated")
	fl.StringVar(&o.dataDir, "data-dir", "", "the folder `D` of official files, or samples")
	fl.StringVar(&o.split, "split", "", "the split `S` to score: train, dev or test (default the task's scored one)")
	fl.StringVar(&o.file, "test", "", "a file `F` in place of the official one")
	fl.StringVar(&o.runs, "runs", "runs", "the folder `DIR` of runs")
	fl.StringVar(&o.name, "name", "", "what to call the checkpoint in the place of its own name")
	labelsFlag(cmd, &o.labels)
	tokenizerFlags(cmd, &o.tokenizing)
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
	labels, err := checkpoints.ParseLabels(o.labels)
	if err != nil {
		return runs.Cell{}, usageError{err}
	}
	return runs.Evaluation{Model: o.model, Name: o.name, Task: t, Split: o.split, Labels: labels, Tokenizing: o.tokenizing,
		Recipe: o.recipe, Set: o.set, Data: runs.DataSource{Dir: o.dataDir, Files: map[string]string{o.split: o.file}},
		Runs: o.runs, Program: thisProgram(), Started: startOf(ctx)}.Cell()
}
