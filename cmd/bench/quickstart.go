package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/tables"
)

// quickstartOptions are the flags of `bench quickstart`.
type quickstartOptions struct {
	runs, format string
	set          []string
	dryRun       bool
}

func newQuickstartCmd() *cobra.Command {
	var o quickstartOptions
	cmd := &cobra.Command{
		Use:   "quickstart",
		Short: "Train and score two small models on seven sample tasks",
		Long: `Trains two small models from nothing on the sample data of all seven tasks that is
inside the program, scores them, and prints the table with the published rows under
it; runs, plots and a page of results are left in the folder of runs. The sample
sets are easier than the real ones: their scores say that everything works, and
nothing about the published rows.`,
		Example: "  bench quickstart\n  bench quickstart --runs /tmp/quickstart\n  bench quickstart --set device=auto\n" +
			"  bench quickstart --dry-run",
		Args:        args(cobra.NoArgs),
		Annotations: map[string]string{savesOnStop: "yes"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	cmd.Flags().StringVar(&o.runs, "runs", filepath.Join("runs", "quickstart"), "the folder `DIR` of runs")
	cmd.Flags().StringArrayVar(&o.set, "set", nil, "a recipe field `key=value`, such as device=auto; may be repeated")
	formatFlag(cmd, &o.format, formatNames()...)
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would run")
	return cmd
}

func (o *quickstartOptions) run(ctx context.Context, s streams) error {
	r := runOptions{suite: "quickstart", runs: o.runs, set: o.set, dryRun: o.dryRun, format: "table"}
	if o.dryRun {
		return r.run(ctx, s)
	}
	cells, err := r.cells(ctx)
	if err != nil {
		return err
	}
	start := time.Now()
	if _, err := runCells(ctx, s, cells, ""); err != nil {
		return err
	}
	return o.results(s, time.Since(start))
}

// results prints the table and leaves plots and a page beside the runs.
func (o *quickstartOptions) results(s streams, took time.Duration) error {
	b := boardOptions{published: "lmkor", selection: string(board.Last), paired: true}
	l, runs, err := b.board(s, []string{o.runs})
	if err != nil {
		return err
	}
	if err := tables.WriteLeaderboard(s.out, l, tables.Format(o.format), tables.BoardOptions{},
		tableOptions(s.out)); err != nil {
		return err
	}
	if o.format == "table" {
		fmt.Fprintln(s.out, "The quickstart rows are scores on the sample data inside the program, which is easier than the "+
			"real sets: set beside the published rows to show the table, not to compare.")
	}
	left, err := quickPlots(l, runs, filepath.Join(o.runs, "plots"))
	if err != nil {
		return err
	}
	page := filepath.Join(o.runs, "report.html")
	if err := saveReport(s, page, results.Alike("bench quickstart"), results.LocaleLang(os.Getenv),
		[]*board.Leaderboard{l}, runs, 10); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "%d runs in %s; plots in %s (%d pictures); everything on one page: %s\n",
		len(runs), took.Round(time.Second), filepath.Join(o.runs, "plots"), left, page)
	return nil
}

// quickPlots draws every kind of picture and returns how many there are.
func quickPlots(l *board.Leaderboard, runs []results.Run, dir string) (int, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	figures := map[string]func() (*plots.Figure, error){
		"scores":     func() (*plots.Figure, error) { return plots.Scores(l) },
		"parameters": func() (*plots.Figure, error) { return plots.Sizes(l) },
	}
	for _, c := range l.Columns {
		figures["curves-"+c.Task] = func() (*plots.Figure, error) { return drawCurves(c.Task, l, runs) }
	}
	for name, draw := range figures {
		figure, err := draw()
		if err != nil {
			return 0, fmt.Errorf("plot %s: %w", name, err)
		}
		for _, format := range []string{"svg", "png"} {
			if err := figure.In(results.LocaleLang(os.Getenv)).Save(filepath.Join(dir, name+"."+format)); err != nil {
				return 0, err
			}
		}
	}
	return 2 * len(figures), nil
}
