package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/tables"
)

// leaderboardOptions are what `bench leaderboard` is asked for.
type leaderboardOptions struct {
	boardOptions
	roots              []string
	diff               string // a published table to subtract
	intervals          bool
	format, plot, kind string
}

func newLeaderboardCmd() *cobra.Command {
	var o leaderboardOptions
	cmd := &cobra.Command{
		Use:   "leaderboard RUNS...",
		Short: "Print a table of models by tasks, published rows beside measured ones",
		Long: `Leaderboard finds the runs at and below the folders and prints models by tasks:
the mean over seeds with its standard deviation, the best of every column in
bold, and as one group with it those that can't be told from it: by the paired
test of bench compare over the same examples (≈), where nothing pairs them by
their intervals (∼). Runs of one model and task that differ in recipe or data are
never averaged: those left out are named on standard error. Scores on sample data, on some of the rows, on another
split or by another recipe are marked, and never best beside whole ones.

--diff prints measured less published, cell by cell, and whether the published
score lies in the measured one's interval; models that no published row is paired
with are named. JSON and CSV hold every figure.
--plot draws a picture as well; bench plot has more kinds.`,
		Example: `  bench leaderboard runs --published lmkor
  bench leaderboard runs --diff lmkor
  bench leaderboard runs --select dev --intervals --sort mean --format markdown > table.md
  bench leaderboard runs --plot scores.svg`,
		RunE: func(cmd *cobra.Command, roots []string) error {
			o.roots = roots
			return o.run(streamsOf(cmd))
		},
	}
	o.add(cmd)
	formatFlag(cmd, &o.format, formatNames()...)
	cmd.Flags().StringVar(&o.diff, "diff", "", "print measured less published, of this published table")
	cmd.Flags().BoolVar(&o.intervals, "intervals", false, "show 95 % intervals in the cells")
	cmd.Flags().StringVar(&o.plot, "plot", "", "a picture to draw: FILE.svg, .png or .pdf")
	cmd.Flags().StringVar(&o.kind, "plot-kind", "scores", "scores, parameters, or curves:TASK")
	langFlag(cmd, &o.lang, "the language of the table and the picture")
	return cmd
}

func (o leaderboardOptions) run(s streams) error {
	if o.plot != "" {
		if _, err := plots.FormatOf(o.plot); err != nil {
			return usageError{err}
		}
	}
	if o.diff != "" {
		o.published = o.diff
	}
	o.paired = o.diff == ""
	l, runs, err := o.board(s, o.roots)
	if err != nil {
		return err
	}
	if o.plot != "" {
		figure, err := drawBoard(o.kind, l, runs)
		if err != nil {
			return drawnNothing(err, results.Lang(o.lang))
		}
		if err := figure.In(results.Lang(o.lang)).Save(o.plot); err != nil {
			return err
		}
	}
	shown := tables.BoardOptions{Intervals: o.intervals, Difference: o.diff != "", Lang: results.Lang(o.lang)}
	if f := tables.Format(o.format); shown.Difference && (f == tables.CSV || f == tables.JSON) { // they have no notes
		for _, why := range l.Undiffered() {
			fmt.Fprintf(s.err, "bench: warning: %s\n", why.In(shown.Lang))
		}
	}
	return tables.WriteLeaderboard(s.out, l, tables.Format(o.format), shown, tableOptions(s.out))
}

func formatNames() []string {
	var names []string
	for _, f := range tables.Formats {
		names = append(names, string(f))
	}
	return names
}

// drawBoard draws one kind of picture.
func drawBoard(kind string, l *board.Leaderboard, runs []results.Run) (*plots.Figure, error) {
	switch name, task, _ := strings.Cut(kind, ":"); {
	case kind == "scores" || kind == "bars":
		return plots.Scores(l)
	case kind == "parameters":
		return plots.Sizes(l)
	case name == "curves" && task != "":
		return drawCurves(task, l, runs)
	}
	return nil, usagef("--plot-kind %q: want scores, parameters, or curves and a task, such as curves:nsmc", kind)
}

// drawCurves draws the learning curves of the runs that the leaderboard shows
// for a task.
func drawCurves(task string, l *board.Leaderboard, runs []results.Run) (*plots.Figure, error) {
	col, err := columnOf(l, task)
	if err != nil {
		return nil, err
	}
	curves, err := plots.CurvesOf(l, runs, task)
	if err != nil {
		return nil, err
	}
	return plots.Curves(col.Title, col.Metric, curves)
}
