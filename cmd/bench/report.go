package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/report"
	"github.com/lmkor/bench/tasks"
)

// reportOptions are what `bench report` is asked for.
type reportOptions struct {
	boardOptions
	roots     []string
	out, lang string
	hardest   int
	format    string
}

func newReportCmd() *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report RUNS... -o report.html",
		Short: "Write runs as one self-contained HTML page",
		Long: `Report finds the runs at and below the folders and writes one page that needs
nothing else: the leaderboard, plots, and of every run its recipe, the data's
fingerprints and drops, scores by label and the hardest examples.`,
		Example: `  bench report runs -o report.html
  bench report runs --published lmkor --select dev -o report.html`,
		RunE: func(cmd *cobra.Command, roots []string) error {
			o.roots = roots
			return o.run(streamsOf(cmd))
		},
	}
	o.add(cmd)
	cmd.Flags().StringVarP(&o.out, "output", "o", "report.html", "the page's file")
	cmd.Flags().IntVar(&o.hardest, "hardest", 10, "how many examples a task shows")
	langFlag(cmd, &o.lang)
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o reportOptions) run(s streams) error {
	l, runs, err := o.board(s, o.roots)
	if err != nil {
		return err
	}
	if err := saveReport(o.out, cmp.Or(o.title, "Korean language models, fine-tuned"), l, runs, o.hardest); err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(struct {
			File string `json:"file"`
			Runs int    `json:"runs"`
		}{o.out, len(runs)})
	}
	_, err = fmt.Fprintf(s.out, "%s: %d runs\n", o.out, len(runs))
	return err
}

// saveReport writes the page, labels in the tasks' own order.
func saveReport(path, title string, l *board.Leaderboard, runs []results.Run, hardest int) error {
	labels := map[string][]string{}
	for _, t := range tasks.All {
		labels[t.Name] = t.Labels
	}
	return report.Save(path, report.Page{Title: title, Leaderboard: l, Runs: runs, Labels: labels, Hardest: hardest})
}
