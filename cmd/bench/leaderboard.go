package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks"
)

// boardFlags are what leaderboard and report have in common.
type boardFlags struct {
	published, selection string
}

func (f *boardFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.published, "published", "", "a published table beside the measured rows: "+strings.Join(configs.PublishedTables(), ", ")+", or a YAML file")
	cmd.Flags().StringVar(&f.selection, "select", string(results.Last), "whose scores: last, dev (chosen on the dev split) or best-on-test (optimistic)")
}

// board finds the runs below the roots and makes the leaderboard. Bad runs and
// what the leaderboard warns of go to stderr.
func (f *boardFlags) board(cmd *cobra.Command, roots []string) (*results.Leaderboard, []results.Run, error) {
	by := results.Selection(f.selection)
	if !slices.Contains(results.Selections, by) {
		return nil, nil, usagef("--select %q: want one of last, dev, best-on-test", f.selection)
	}
	if len(roots) == 0 && f.published == "" {
		return nil, nil, usagef("no runs: name folders of runs, or --published")
	}
	published, err := publishedRows(f.published)
	if err != nil {
		return nil, nil, err
	}
	runs, bad, err := results.Find(roots...)
	if err != nil {
		return nil, nil, err
	}
	warnBad(cmd, bad)
	if len(runs) == 0 && len(roots) > 0 {
		return nil, nil, fmt.Errorf("%s: no finished run", strings.Join(roots, ", "))
	}
	l, err := results.Build(runs, taskColumns(), published, by)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range l.Warnings {
		fmt.Fprintf(cmd.ErrOrStderr(), "bench: warning: %s\n", w)
	}
	return l, runs, nil
}

// publishedRows reads a published table by name or file; "" has none.
func publishedRows(name string) ([]results.PublishedRow, error) {
	if name == "" {
		return nil, nil
	}
	table, err := configs.FindPublished(name)
	if err != nil {
		return nil, err
	}
	var rows []results.PublishedRow
	for _, r := range table.Rows {
		rows = append(rows, results.PublishedRow{Model: r.Model, Source: table.Source, Scores: r.Scores})
	}
	return rows, nil
}

// taskColumns are the seven tasks as columns.
func taskColumns() []results.Column {
	var all []results.Column
	for _, t := range tasks.All {
		all = append(all, results.Column{Task: t.Name, Title: t.Title, Metric: t.Metric})
	}
	return all
}

func newLeaderboardCmd() *cobra.Command {
	var f boardFlags
	var format, plot, kind string
	cmd := &cobra.Command{
		Use:   "leaderboard RUNS...",
		Short: "Print a table of models by tasks, published rows beside measured ones",
		Long: `Leaderboard finds the runs at and below the folders and prints models by tasks:
the mean over seeds with its standard deviation, the best of every column in
bold. Runs of one model and task that differ in recipe or data are never
averaged: those left out are named on standard error.

JSON and CSV hold every figure: seeds, examples, intervals. --plot draws a
picture as well: bars with 95 % intervals, or with --plot-kind learning curves
of one task's runs, or scores against parameters.`,
		Example: `  bench leaderboard runs --published lmkor
  bench leaderboard runs --select dev --format markdown > table.md
  bench leaderboard runs --plot scores.svg
  bench leaderboard runs --plot curves.png --plot-kind curves:nsmc`,
		RunE: func(cmd *cobra.Command, roots []string) error {
			if err := checkFormat(format, formatNames()...); err != nil {
				return err
			}
			if plot != "" {
				if _, err := plots.FormatOf(plot); err != nil {
					return usageError{err}
				}
			}
			l, runs, err := f.board(cmd, roots)
			if err != nil {
				return err
			}
			if plot != "" {
				figure, err := drawBoard(kind, l, runs)
				if err != nil {
					return err
				}
				if err := figure.Save(plot); err != nil {
					return err
				}
			}
			out := cmd.OutOrStdout()
			return tables.WriteLeaderboard(out, l, tables.Format(format), tables.Options{Bold: isTerminal(out)})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&format, "format", "table", strings.Join(formatNames(), ", "))
	cmd.Flags().StringVar(&plot, "plot", "", "a picture to draw: FILE.svg, .png or .pdf")
	cmd.Flags().StringVar(&kind, "plot-kind", "bars", "bars, parameters, or curves:TASK")
	return cmd
}

func formatNames() []string {
	var names []string
	for _, f := range tables.Formats {
		names = append(names, string(f))
	}
	return names
}

// drawBoard draws one kind of picture.
func drawBoard(kind string, l *results.Leaderboard, runs []results.Run) (*plots.Figure, error) {
	switch name, task, _ := strings.Cut(kind, ":"); {
	case kind == "bars":
		return plots.Bars(l)
	case kind == "parameters":
		return plots.Sizes(l)
	case name == "curves" && task != "":
		return drawCurves(task, l, runs)
	}
	return nil, usagef("--plot-kind %q: want bars, parameters, or curves and a task, such as curves:nsmc", kind)
}

// drawCurves draws the learning curves of the runs that the leaderboard shows
// for a task.
func drawCurves(task string, l *results.Leaderboard, runs []results.Run) (*plots.Figure, error) {
	at := slices.IndexFunc(l.Columns, func(c results.Column) bool { return c.Task == task })
	if at < 0 {
		return nil, usagef("--plot-kind: no task %q among the runs", task)
	}
	curves, err := plots.CurvesOf(l, runs, task)
	if err != nil {
		return nil, err
	}
	return plots.Curves(l.Columns[at].Title, l.Columns[at].Metric, curves)
}
