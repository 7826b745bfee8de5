package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks"
)

// scoreOptions are what `bench score` is asked for.
type scoreOptions struct {
	file, task, format string // file may be - for standard input, or a run directory
}

func newScoreCmd() *cobra.Command {
	var o scoreOptions
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
			o.file = a[0]
			return o.run(streamsOf(cmd))
		},
	}
	cmd.Flags().StringVar(&o.task, "task", "", "the task: its name, or the path of a task file")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o scoreOptions) run(s streams) error {
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
		answers, err = reading.Decode(s.in, "standard input")
	} else {
		answers, err = reading.Open(o.file)
	}
	if err != nil {
		return err
	}
	scores := tables.Score(t.Name, t.Metric, answers)
	if o.format == "json" {
		return s.json(scores)
	}
	return scores.Write(s.out, tableOptions(s.out))
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
