package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/datasets/official"
	"github.com/lmkor/bench/progress"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks"
)

// dataPullOptions are the flags of `bench data pull`.
type dataPullOptions struct {
	tasks               []string
	dir, mirror, format string
	accepted            bool
}

func newDataPullCmd() *cobra.Command {
	var o dataPullOptions
	cmd := &cobra.Command{
		Use:   "pull TASK...",
		Short: "Fetch official data files from where their authors keep them",
		Long: `Fetches the official files of tasks into the folder of data, from the places that
their authors name, or from a mirror that has TASK/FILE. The licence of each is
shown first and has to be agreed to with --accept-licence. What is there is not
fetched again, what was interrupted is taken up, and a file gets its name when it
has been read whole. Naver NER may not be passed on: it says where to ask.`,
		Example: `  bench data pull nsmc korsts --data-dir DATA --accept-licence
  bench data pull naver-ner --data-dir DATA --mirror /mnt/corpora --accept-licence`,
		Annotations: map[string]string{savesOnStop: "what was fetched is kept"},
		Args:        args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.tasks = a
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&o.dir, "data-dir", "", "the folder `D` to fetch into")
	fl.StringVar(&o.mirror, "mirror", "", "a `URL or folder` that has TASK/FILE, in place of the official places")
	fl.BoolVar(&o.accepted, "accept-licence", false, "agree to the licences that are shown")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *dataPullOptions) run(ctx context.Context, s streams) error {
	if o.dir == "" {
		return usagef("--data-dir is missing: want the folder to fetch into")
	}
	var places []*official.Place
	for _, n := range o.tasks {
		t, err := tasks.Find(n)
		if err != nil {
			return err
		}
		p := official.Find(t.Name)
		if p == nil {
			return usagef("%s has no official place: put its files into %s", t.Name, o.dir)
		}
		places = append(places, p)
		fmt.Fprintf(s.err, "%s: %s; licence: %s\n", p.Task, p.Home, p.Licence)
	}
	if !o.accepted {
		return usagef("read the licences, and agree to them with --accept-licence")
	}
	bars := progress.NewFiles(s.err)
	puller := &official.Puller{Dir: o.dir, Mirror: o.mirror, Progress: bars.Update}
	var all []official.Pulled
	var failed []string
	for _, p := range places {
		done, err := puller.Pull(ctx, p)
		all = append(all, done...)
		if ctx.Err() != nil {
			bars.Done()
			return resumableError{fmt.Errorf("%s: %w; the same command takes it up", p.Task, context.Cause(ctx))}
		}
		if err != nil {
			failed = append(failed, err.Error())
		}
	}
	bars.Done()
	if err := o.print(s, all); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("%s", strings.Join(failed, "\n"))
	}
	return nil
}

func (o *dataPullOptions) print(s streams, all []official.Pulled) error {
	for _, p := range all {
		for _, doubt := range p.Doubts() {
			fmt.Fprintf(s.err, "warning: %s: %s\n", p.File, doubt)
		}
	}
	if o.format == "json" {
		return s.json(all)
	}
	t := tables.Table{Head: []string{"file", "status", "sha256", "bytes", "rows"}, Left: 3}
	for _, p := range all {
		t.Rows = append(t.Rows, tables.Row(p.File, p.Status, p.SHA256, fmt.Sprint(p.Bytes), fmt.Sprint(p.Rows)))
	}
	return t.Write(s.out, tables.Terminal, tableOptions(s.out))
}
