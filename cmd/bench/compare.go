package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/tasks"
)

// compareOptions are what `bench compare` is asked for.
type compareOptions struct {
	paths          []string // of two models or more
	task, by, lang string
	flips          int
	selection      string
	format         string
}

func newCompareCmd() *cobra.Command {
	var o compareOptions
	cmd := &cobra.Command{
		Use:   "compare A B [C...]",
		Short: "Say which checkpoint is better, in one sentence",
		Long: `Compare says whether B is better than A, worse, or can't be told apart from it,
with the difference, its 95 % interval, the test, examples and seeds; where it
can't tell, how large a difference these data could have shown with power 0.8,
and how many more examples or seeds would do.

A, B and so on are predictions files of any program, runs, their checkpoints, or
folders of all runs of a model. Seeds of one task are pooled: the interval covers
the chance in the examples and the chance in training. Over several tasks each
gets a verdict, corrected after Holm; of more than two models every two are
compared. All must hold the same examples, in any order where they have ids, with
the same gold. What only one side has is left out, and named.

--by compares group by group: by "length", or by a column of the predictions.`,
		Example: `  bench compare runs/bert-tiny/nsmc/seed-42 runs/bert-mini/nsmc/seed-42
  bench compare runs/bert-tiny runs/bert-mini
  bench compare --task kornli --by genre a.jsonl b.jsonl
  bench compare --format json --lang ko runs/bert-tiny runs/bert-mini runs/bert-small`,
		Args: args(cobra.MinimumNArgs(2)),
		RunE: func(cmd *cobra.Command, paths []string) error {
			o.paths = paths
			return o.run(streamsOf(cmd))
		},
	}
	cmd.Flags().StringVar(&o.task, "task", "", "the task: its name, or the path of a task file; of folders, the only one to compare")
	cmd.Flags().StringVar(&o.by, "by", "", "compare by groups as well: a column of the predictions, or length")
	cmd.Flags().IntVar(&o.flips, "flips", 10, "how many of the flipped examples the table shows; JSON has all")
	choiceFlag(cmd, &o.selection, "select", "which checkpoints' predictions to compare: the last, "+
		"or those chosen on dev", string(board.Last), string(board.Dev))
	langFlag(cmd, &o.lang, "the language of sentences")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// langFlag declares --lang, by default what the locale says.
func langFlag(cmd *cobra.Command, to *string, help string) {
	want := []string{string(results.English), string(results.Korean)}
	if results.LocaleLang(os.Getenv) == results.Korean {
		slices.Reverse(want)
	}
	choiceFlag(cmd, to, "lang", help+", by default the locale's", want...)
}

func (o compareOptions) run(s streams) error {
	var named *tasks.Task
	if o.task != "" {
		var err error
		if named, err = tasks.Find(o.task); err != nil {
			return err
		}
		o.task = named.Name
	}
	warn := func(text string) { fmt.Fprintf(s.err, "bench: warning: %s\n", text) }
	sides, err := compare.Open(o.paths, warn)
	if err != nil {
		return err
	}
	lang := results.Lang(o.lang)
	flips := 0
	if o.format == "table" {
		flips = o.flips
		if flips <= 0 {
			flips = -1
		}
	}
	study, err := compare.Compare(sides, compare.Options{
		Task: o.task, By: o.by, Lang: lang, Flips: flips, Warn: warn, Order: sortTasks,
		Dev:   o.selection == string(board.Dev),
		Tasks: func(name string) *compare.Task { return comparedTask(name, named) },
	})
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(study)
	}
	return study.Write(s.out, lang, o.flips, tableOptions(s.out))
}

// comparedTask returns a task by its name, nil if nobody knows it: the user's own
// is known by its file alone.
func comparedTask(name string, named *tasks.Task) *compare.Task {
	t := named
	if t == nil || t.Name != name {
		var err error
		if t, err = tasks.Find(name); name == "" || err != nil {
			return nil
		}
	}
	return &compare.Task{Name: t.Name, Title: t.Title, Kind: answerKind(t), Labels: t.Labels, Metric: t.Metric,
		Named: func(label string) results.Text { return labelOf(t.Name, label) }}
}

// sortTasks sorts names of tasks: the seven in the report's order, others behind.
func sortTasks(names []string) {
	known := tasks.Names()
	place := func(name string) int {
		if i := slices.Index(known, name); i >= 0 {
			return i
		}
		return len(known)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
}

// warnBad tells the faults of folders of runs: damaged runs are shown all the
// same, others are not.
func warnBad(s streams, bad []*results.RunError) {
	for _, e := range bad {
		var damaged *results.DamageError
		if errors.As(e, &damaged) {
			fmt.Fprintf(s.err, "bench: warning: %v\n", e)
			continue
		}
		fmt.Fprintf(s.err, "bench: warning: left out: %v\n", e)
	}
}
