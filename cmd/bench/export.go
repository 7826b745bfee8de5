package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/export"
	"github.com/lmkor/bench/results/tables"
)

// exportOptions are what `bench export` is asked for.
type exportOptions struct {
	boardOptions
	kind  string // one of export.Formats
	roots []string
	out   string // a file, or TensorBoard's folder; "" and - are standard output
}

func newExportCmd() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export " + strings.Join(export.Formats, "|") + " RUNS... [-o OUT]",
		Short: "Write runs for other tools",
		Long: `Export writes the runs at and below the folders for other tools:

  csv          the tidy frame, a row a run and score, for pandas and R
  tensorboard  event files in the folder OUT: scalars, hyperparameters, mistakes
  benchstat    a line a run, for golang.org/x/perf/cmd/benchstat
  latex        the leaderboard as a document with booktabs
  model-index  the metadata of Hugging Face's model cards`,
		Example: `  bench export csv runs -o runs.csv
  bench export tensorboard runs -o tb
  bench export latex runs --published lmkor -o table.tex`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.kind, o.roots = a[0], a[1:]
			return o.run(streamsOf(cmd))
		},
	}
	o.add(cmd)
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the file `OUT`, or the folder of tensorboard (default standard output)")
	return cmd
}

func (o exportOptions) run(s streams) error {
	if !slices.Contains(export.Formats, o.kind) {
		return usagef("export %q: want one of %s", o.kind, strings.Join(export.Formats, ", "))
	}
	if len(o.roots) == 0 {
		return usagef("no runs: name folders of runs")
	}
	o.paired = o.kind == "latex"
	l, runs, err := o.board(s, o.roots)
	if err != nil {
		return err
	}
	if o.kind == "tensorboard" {
		if o.out == "" || o.out == "-" {
			return usagef("export tensorboard: name the folder of its event files with -o")
		}
		if err := export.TensorBoard(o.out, runs); err != nil {
			return err
		}
		_, err := fmt.Fprintf(s.err, "%d runs: tensorboard --logdir %s\n", len(runs), o.out)
		return err
	}
	return writeOut(s, o.out, func(w io.Writer) error {
		switch o.kind {
		case "csv":
			return export.CSV(w, runs, board.Selection(o.selection))
		case "benchstat":
			return export.Benchstat(w, l, runs)
		case "latex":
			return export.LaTeX(w, l, tables.BoardOptions{})
		}
		return export.ModelIndex(w, l, runs)
	})
}

// writeOut writes to a file, whole or not at all, or to standard output.
func writeOut(s streams, path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(s.out)
	}
	return atomicfile.Write(path, write)
}
