package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/demos"
	"github.com/lmkor/bench/progress"
	"github.com/lmkor/bench/trainers"
)

func newModelsMakeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "make",
		Short: "Make models for demonstrations",
		Args:  cobra.ArbitraryArgs,
		RunE:  groupHelp,

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newMakeDemoCmd())
	return cmd
}

// makeDemoOptions are the flags of `bench models make demo`.
type makeDemoOptions struct {
	dir         string
	files, only []string
	size        string
	steps       int
	seed        uint64
}

func newMakeDemoCmd() *cobra.Command {
	var o makeDemoOptions
	cmd := &cobra.Command{
		Use:   "demo DIR",
		Short: "Train small models that 'bench serve' shows: masks, continuations, summaries",
		Long: `Trains six small models into folders of DIR: a BERT, an ALBERT, an ELECTRA generator
and a Funnel with masked words, a GPT-2 with next words, and an encoder-decoder that
sums up a few lines by the first of them. They learn from lines of text, one's own or
the sample text inside the program, which is good for a try only. The same text, size,
steps and seed give the same bytes. By default all take less than an hour on two free
cores; --steps and --size make it shorter. Interrupted, the same command goes on.`,
		Example: `  bench models make demo demo --text reviews.txt --text more.txt.gz
  bench models make demo try --size tiny --steps 200
  bench serve --model bert=demo/bert --model gpt2=demo/gpt2`,
		Args:        args(cobra.ExactArgs(1)),
		Annotations: map[string]string{savesOnStop: "true"},
		RunE: func(cmd *cobra.Command, a []string) error {
			o.dir = a[0]
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&o.files, "text", nil, "a `FILE` of text, a line each, .gz or not; may be repeated")
	fl.StringArrayVar(&o.only, "only", nil, "only this model, one of "+strings.Join(demos.Names, ", ")+"; may be repeated")
	fl.IntVar(&o.steps, "steps", demos.DefaultSteps, "how many steps each model learns")
	fl.Uint64Var(&o.seed, "seed", 42, "of the weights, the order and the masks")
	var sizes []string
	for _, z := range demos.Sizes {
		sizes = append(sizes, z.Name)
	}
	choiceFlag(cmd, &o.size, "size", "how large the models are", sizes...)
	return cmd
}

func (o *makeDemoOptions) run(ctx context.Context, s streams) error {
	texts, err := o.texts()
	if err != nil {
		return err
	}
	d := demos.Options{Dir: o.dir, Texts: texts, Only: o.only, Steps: o.steps, Seed: o.seed}
	for _, z := range demos.Sizes {
		if z.Name == o.size {
			d.Size = z.Size
		}
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	err = demos.Make(ctx, d, &demoEvents{s: s})
	var stopped *trainers.InterruptedError
	if errors.As(err, &stopped) && stopped.Saved {
		return resumableError{err}
	}
	return err
}

// texts reads the lines of the files, or the sample text.
func (o *makeDemoOptions) texts() ([]string, error) {
	if len(o.files) == 0 {
		return strings.Split(samples.Text(), "\n"), nil
	}
	return demos.ReadLines(o.files...)
}

// demoEvents shows how far the making is.
type demoEvents struct {
	s streams
	*progress.Training
}

func (e *demoEvents) Start(name string, done bool) trainers.Events {
	if done {
		fmt.Fprintf(e.s.err, "%s is there already\n", name)
		return e
	}
	e.Training = progress.NewTraining(e.s.err, name)
	return e
}

func (e *demoEvents) End(name, dir string) {
	e.Training.Done()
	fmt.Fprintf(e.s.out, "%s\n", dir)
}
