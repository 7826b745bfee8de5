package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tasks/survey"
	"github.com/lmkor/bench/tokenizers"
)

func newDataCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "data",
		Short:   "Which data is there, and which rows are bad",
		Example: "  bench data list --data-dir DATA\n  bench data check --data-dir DATA\n  bench data stats --task nsmc",
		Args:    cobra.ArbitraryArgs,
		RunE:    groupHelp,

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newDataListCmd(), newDataCheckCmd(), newDataStatsCmd(), newDataPullCmd())
	return cmd
}

// dataOptions are the flags that the data commands share.
type dataOptions struct {
	dir, format string
	tasks       []string
}

func (o *dataOptions) flags(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&o.dir, "data-dir", runs.Samples, "the folder `D` of official files, or samples: the sample data "+
		"inside the program")
	fl.StringArrayVarP(&o.tasks, "task", "t", nil, "a task `T`, or a task file of your own ending in .yaml; may be "+
		"repeated (default all seven)")
	formatFlag(cmd, &o.format, "table", "json")
}

// read surveys the files that the flags name.
func (o *dataOptions) read(ctx context.Context, tok *tokenizers.Tokenizer) ([]survey.File, error) {
	dir := o.dir
	if dir == runs.Samples {
		dir = ""
	} else if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("--data-dir: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("--data-dir: %s is no folder", dir)
	}
	names := o.tasks
	if names == nil {
		names = tasks.Names()
	}
	var all []*tasks.Task
	for _, n := range names {
		t, err := tasks.Find(n)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return survey.Read(ctx, all, dir, tok)
}

func newDataListCmd() *cobra.Command {
	var o dataOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the tasks' official files, and which of them are there",
		Long: `Lists the official files of every task, by the names that they must have below the
folder, and which of them are there. The same name with the extension of another
format is found too: .csv, .jsonl, and each with .gz behind it. Extra files are part
of a release and not used, unless --train names them.`,
		Example: "  bench data list --data-dir DATA\n  bench data list --format json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.list(cmd.Context(), streamsOf(cmd)) },
	}
	o.flags(cmd)
	return cmd
}

func (o *dataOptions) list(ctx context.Context, s streams) error {
	files, err := o.read(ctx, nil)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(files)
	}
	t := tables.Table{Head: []string{"task", "kind", "split", "file", "status", "rows"}, Left: 5}
	for _, f := range files {
		split, rows := f.Split, "–"
		if f.Status == survey.Bad {
			t.Notes = []string{"bad: 'bench data check' says what is wrong."}
		}
		if f.Extra {
			split += ", extra"
		}
		if f.Status == survey.OK {
			rows = fmt.Sprint(f.Rows)
		}
		t.Rows = append(t.Rows, tables.Row(f.Task, string(f.Kind), split, f.File, f.Status, rows))
	}
	return t.Write(s.out, tables.Terminal, tableOptions(s.out))
}
