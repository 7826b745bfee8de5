package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/report"
	"github.com/lmkor/bench/tasks"
)

func newReportCmd() *cobra.Command {
	var f boardFlags
	var out, title, format string
	var hardest int
	cmd := &cobra.Command{
		Use:   "report RUNS... -o report.html",
		Short: "Write runs as one self-contained HTML page",
		Long: `Report finds the runs at and below the folders and writes one page that needs
nothing else: the leaderboard, plots, and of every run its recipe, the data's
fingerprints and drops, scores by label and the hardest examples.`,
		Example: `  bench report runs -o report.html
  bench report runs --published lmkor --select dev -o report.html`,
		RunE: func(cmd *cobra.Command, roots []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			l, runs, err := f.board(cmd, roots)
			if err != nil {
				return err
			}
			if err := saveReport(out, title, l, runs, hardest); err != nil {
				return err
			}
			if format == "json" {
				return printJSON(cmd, struct {
					File string `json:"file"`
					Runs int    `json:"runs"`
				}{out, len(runs)})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d runs\n", out, len(runs))
			return err
		},
	}
	f.add(cmd)
	cmd.Flags().StringVarP(&out, "output", "o", "report.html", "the page's file")
	cmd.Flags().StringVar(&title, "title", "Korean language models, fine-tuned", "the page's title")
	cmd.Flags().IntVar(&hardest, "hardest", 10, "how many examples a run shows")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// saveReport writes the page, labels in the tasks' own order.
func saveReport(path, title string, l *results.Leaderboard, runs []results.Run, hardest int) error {
	labels := map[string][]string{}
	for _, t := range tasks.All {
		labels[t.Name] = t.Labels
	}
	return report.Save(path, report.Page{Title: title, Leaderboard: l, Runs: runs, Labels: labels, Hardest: hardest})
}
