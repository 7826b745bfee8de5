package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/tasks"
)

// boardOptions are what commands that show a leaderboard have in common.
type boardOptions struct {
	published, selection, title, sort string

	paired bool   // read predictions to tell which models can't be told from the best
	lang   string // of what the leaderboard warns of; "" is English
}

// pairedAnswers is how many answers a leaderboard may read to tell its models from
// the best of their columns, once, for what it found is kept: those of forty runs
// on NSMC's test set, some ten seconds.
const pairedAnswers = 2_000_000

func (o *boardOptions) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.published, "published", "", "a published table beside the measured rows: "+
		strings.Join(configs.PublishedTables(), ", ")+", or a YAML file")
	cmd.Flags().StringVar(&o.title, "title", "", "a title above the table")
	cmd.Flags().StringVar(&o.sort, "sort", "", "sort the rows by a task, model, mean or rank")
	var names []string
	for _, s := range board.Selections {
		names = append(names, string(s))
	}
	choiceFlag(cmd, &o.selection, "select", "whose scores: the last checkpoint's, the one's chosen on dev, "+
		"or the best on the test set's (optimistic)", names...)
}

// board finds the runs below the roots and makes the leaderboard. Bad runs and
// what the leaderboard warns of go to stderr.
func (o boardOptions) board(s streams, roots []string) (*board.Leaderboard, []results.Run, error) {
	runs, err := o.find(s, roots)
	if err != nil {
		return nil, nil, err
	}
	l, err := o.of(s, runs)
	return l, runs, err
}

// find finds the runs below the roots; the bad ones go to stderr.
func (o boardOptions) find(s streams, roots []string) ([]results.Run, error) {
	if len(roots) == 0 && o.published == "" {
		return nil, usagef("no runs: name folders of runs, or --published")
	}
	runs, bad, err := results.Find(roots...)
	if err != nil {
		return nil, err
	}
	warnBad(s, bad)
	if len(runs) == 0 && len(roots) > 0 {
		return nil, fmt.Errorf("%s: no finished run", strings.Join(roots, ", "))
	}
	return runs, nil
}

// of makes the leaderboard of runs; what it warns of goes to stderr.
func (o boardOptions) of(s streams, runs []results.Run) (*board.Leaderboard, error) {
	published, err := publishedRows(o.published)
	if err != nil {
		return nil, err
	}
	sums, err := sampleSums()
	if err != nil {
		return nil, err
	}
	b := board.Board{Title: o.title, Columns: taskColumns(), Published: published,
		Select: board.Selection(o.selection), Samples: sums, Names: publishedName}
	var known *compare.Known
	if o.paired {
		known = compare.OpenKnown()
		b.Paired = (&compare.Paired{Known: known, Answers: pairedAnswers,
			Tasks: func(name string) *compare.Task { return comparedTask(name, nil) }}).Test
	}
	l, err := b.Build(runs)
	if err != nil {
		return nil, err
	}
	if err := known.Save(); err != nil { // the table stands without it
		fmt.Fprintf(s.err, "bench: warning: %v\n", err)
	}
	if o.sort != "" {
		if err := l.Sort(o.sort); err != nil {
			return nil, usageError{err}
		}
	}
	for _, w := range l.Warnings {
		fmt.Fprintf(s.err, "bench: warning: %s\n", w.In(results.Lang(o.lang)))
	}
	return l, nil
}

// publishedRows reads a published table by name or file; "" has none.
func publishedRows(name string) ([]board.PublishedRow, error) {
	if name == "" {
		return nil, nil
	}
	table, err := configs.FindPublished(name)
	if err != nil {
		return nil, err
	}
	var rows []board.PublishedRow
	for _, r := range table.Rows {
		rows = append(rows, board.PublishedRow{Model: r.Model, Source: table.Source, Scores: r.Scores})
	}
	return rows, nil
}

// publishedName is what published tables call a model: by the model's YAML, else
// its own name, without the owner of a hub's.
func publishedName(model string) string {
	base := model[strings.LastIndex(model, "/")+1:]
	for _, name := range []string{model, base} {
		if m, err := configs.FindModel(name); err == nil && m.Published != "" {
			return m.Published
		}
	}
	return base
}

// taskColumns are the seven tasks as columns.
func taskColumns() []board.Column {
	var all []board.Column
	for _, t := range tasks.All {
		all = append(all, board.Column{Task: t.Name, Title: t.Title, Metric: t.Metric, Split: t.Scored})
	}
	return all
}

// sampleSums are the SHA-256 of the sample data's files: runs on them are marked,
// wherever the files lay.
func sampleSums() (map[string]bool, error) {
	sums := map[string]bool{}
	for i := range tasks.All {
		t := &tasks.All[i]
		for _, f := range t.Files {
			set, err := t.OpenFS(samples.FS(), f.Split)
			if err != nil {
				return nil, err
			}
			sums[set.SHA256] = true
		}
	}
	return sums, nil
}

// columnOf returns the column of a task of a leaderboard.
func columnOf(l *board.Leaderboard, task string) (board.Column, error) {
	i := slices.IndexFunc(l.Columns, func(c board.Column) bool { return c.Task == task })
	if i < 0 {
		return board.Column{}, usagef("no task %q among the runs", task)
	}
	return l.Columns[i], nil
}
