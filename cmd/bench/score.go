package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks"
)

// scored is what `bench score --format json` prints.
type scored struct {
	Task     string         `json:"task"`
	N        int            `json:"n"`
	Metric   metrics.Name   `json:"metric"`
	Score    *float64       `json:"score"` // per cent
	Interval *[2]float64    `json:"interval"`
	Scores   metrics.Scores `json:"scores"`
	results.Breakdown
}

func newScoreCmd() *cobra.Command {
	var task, format string
	cmd := &cobra.Command{
		Use:   "score --task T PREDICTIONS.jsonl",
		Short: "Print all scores of a predictions file",
		Long: `Score prints every score of a predictions file: one JSON object a line with
"gold" and "pred", a label, a number or a list of tags each, by the task's kind.
"kept" is the number of words that a tagging model saw: the words behind it
leave the gold of f1, and count as predicted O in f1_full_gold.

T is a task's name or the path of a task file. PREDICTIONS may also be a run
directory, which knows its task, or - for standard input.`,
		Example: `  bench score --task nsmc predictions.jsonl
  bench score --task mytask.yaml --format json predictions.jsonl
  bench score runs/bert-tiny/nsmc/seed-42`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			return scoreOptions{file: a[0], task: task, format: format}.run(cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&task, "task", "", "the task: its name, or the path of a task file")
	formatFlag(cmd, &format, "table", "json")
	return cmd
}

// scoreOptions are what `bench score` is asked for.
type scoreOptions struct {
	file, task, format string // file may be - for standard input, or a run directory
}

func (o scoreOptions) run(in io.Reader, out io.Writer) error {
	var t *tasks.Task
	if run, err := results.Open(o.file); err == nil {
		if t, err = o.taskOf(run); err != nil {
			return err
		}
		o.file = filepath.Join(o.file, results.PredictionsFile)
	} else if info, statErr := os.Stat(o.file); statErr == nil && info.IsDir() {
		return fmt.Errorf("%s: %w", o.file, err)
	} else if o.task == "" {
		return usagef("no --task: want a task's name, or the path of a task file")
	} else if t, err = tasks.Find(o.task); err != nil {
		return err
	}
	var err error
	reading := results.Reading{Kind: answerKind(t), Labels: t.Labels}
	var answers *results.Answers
	if o.file == "-" {
		answers, err = reading.Decode(in, "standard input")
	} else {
		answers, err = reading.Open(o.file)
	}
	if err != nil {
		return err
	}
	s := scoreAnswers(t, answers)
	if o.format == "json" {
		return writeJSON(out, s)
	}
	return s.print(out)
}

// taskOf is the task that was asked for or else the run's own, which its
// checkpoint defines: it may come from a file of the user's.
func (o scoreOptions) taskOf(run results.Run) (*tasks.Task, error) {
	if o.task != "" {
		return tasks.Find(o.task)
	}
	origin, err := checkpoints.ReadOrigin(run.File(results.CheckpointDir))
	if err != nil {
		return nil, err
	}
	if origin != nil && origin.Task.Name == run.Result.Task && origin.Task.Kind != "" {
		return origin.Task.Task(), nil
	}
	return tasks.Find(run.Result.Task)
}

// answerKind is what a task's predictions hold.
func answerKind(t *tasks.Task) results.AnswerKind {
	switch t.Kind {
	case tasks.Regress:
		return results.NumberAnswer
	case tasks.Tag:
		return results.TagsAnswer
	}
	return results.LabelAnswer
}

func scoreAnswers(t *tasks.Task, a *results.Answers) *scored {
	sample := a.Sample()
	s := &scored{Task: t.Name, N: sample.Len(), Metric: t.Metric, Scores: sample.Scores(), Breakdown: a.Breakdown()}
	s.Score, s.Interval = results.Headline(sample, t.Metric)
	return s
}

func (s *scored) print(out io.Writer) error {
	t := &tables.Table{Title: fmt.Sprintf("%s, %d examples, in per cent", s.Task, s.N),
		Head: []string{"score", "", "95 % interval"}, Left: 1}
	for _, n := range metrics.Names {
		v, ok := s.Scores.Get(n)
		if !ok {
			continue
		}
		interval := ""
		if n == s.Metric && s.Interval != nil {
			interval = bracketed(s.Interval)
		}
		t.Rows = append(t.Rows, tables.Row(string(n), results.Printed(results.Percent(v)), interval))
	}
	if s.Score == nil {
		t.Notes = append(t.Notes, fmt.Sprintf("%s is undefined: gold or predictions do not vary", s.Metric))
	}
	if err := t.Write(out, tables.Terminal, tables.Options{}); err != nil {
		return err
	}
	if b := breakdownTable(s.Breakdown); b != nil {
		fmt.Fprintln(out)
		if err := b.Write(out, tables.Terminal, tables.Options{}); err != nil {
			return err
		}
	}
	if c := confusionTable(s.Breakdown); c != nil {
		fmt.Fprintln(out)
		return c.Write(out, tables.Terminal, tables.Options{})
	}
	return nil
}

// bracketed writes an interval in per cent.
func bracketed(in *[2]float64) string {
	if in == nil {
		return ""
	}
	return "[" + results.Printed(in[0]) + ", " + results.Printed(in[1]) + "]"
}

// breakdownTable lists classes or entity types; nil for a regression.
func breakdownTable(b results.Breakdown) *tables.Table {
	t := &tables.Table{Head: []string{"label", "precision", "recall", "f1", "support"}, Left: 1}
	row := func(name string, c metrics.ClassScore) {
		t.Rows = append(t.Rows, tables.Row(name, percent(c.Precision), percent(c.Recall), percent(c.F1), fmt.Sprint(c.Support)))
	}
	for _, l := range b.Labels {
		row(l.Label, l.ClassScore)
	}
	if len(b.Entities) > 0 {
		t.Head[0] = "entity"
		for _, e := range b.Entities {
			row(e.Type, e.ClassScore)
		}
		row("all, strict IOB2", *b.Strict)
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

func percent(fraction float64) string { return results.Printed(results.Percent(fraction)) }

// confusionTable counts gold against predicted classes; nil where there are none.
func confusionTable(b results.Breakdown) *tables.Table {
	if len(b.Labels) == 0 {
		return nil
	}
	t := &tables.Table{Head: []string{"gold \\ predicted"}, Left: 1}
	for k, l := range b.Labels {
		t.Head = append(t.Head, l.Label)
		row := []string{l.Label}
		for _, n := range b.Confusion[k] {
			row = append(row, fmt.Sprint(n))
		}
		t.Rows = append(t.Rows, tables.Row(row...))
	}
	return t
}
