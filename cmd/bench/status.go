package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/plans"
	"github.com/lmkor/bench/results/store"
)

// statusOptions are the flags of `bench status`.
type statusOptions struct {
	of     string // a plan's file or a folder of runs
	watch  bool
	every  time.Duration
	exit   bool // the exit status tells how the cells stand
	format string
}

func newStatusCmd() *cobra.Command {
	o := statusOptions{every: 5 * time.Second}
	cmd := &cobra.Command{
		Use:   "status RUNS|plan.json",
		Short: "Show what is done, running, waiting and failed, and the time left",
		Long: `Reads from the files of the runs alone how the cells of a plan stand, or the runs of a
folder: wherever they run, the folder tells. The time left is of work, by the
plan's estimates and by the pace of what runs; machines side by side share it.

With --exit-code the exit status is 0 when all is done, 1 when cells have failed and
3 while some are left to do; without it, it says that the cells could be looked at.`,
		Example: "  bench status plan.json\n  bench status runs --format json\n  bench status plan.json --watch --exit-code",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.of = a[0]
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	cmd.Flags().BoolVar(&o.watch, "watch", false, "show it anew until nothing is left to do")
	cmd.Flags().BoolVar(&o.exit, "exit-code", false, "exit with 1 if cells have failed, with 3 if some are left to do")
	cmd.Flags().DurationVar(&o.every, "every", o.every, "how long --watch waits in between")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *statusOptions) run(ctx context.Context, s streams) error {
	for {
		st, err := o.status()
		if err != nil {
			return err
		}
		if o.watch && o.format == "table" && isTerminal(s.out) {
			fmt.Fprint(s.out, "\x1b[H\x1b[2J")
		}
		if err := printStatus(s, st, o.format); err != nil {
			return err
		}
		if !o.watch || st.Running+st.Waiting == 0 {
			return o.verdict(st)
		}
		select {
		case <-ctx.Done():
			return o.verdict(st)
		case <-time.After(max(o.every, 100*time.Millisecond)):
		}
	}
}

// verdict is the error of cells that are not done, if it is asked for.
func (o *statusOptions) verdict(st *plans.Status) error {
	switch left := st.Running + st.Waiting; {
	case !o.exit:
		return nil
	case st.Failed > 0:
		return fmt.Errorf("%d of %d cells have failed: 'bench run --plan' tries them again", st.Failed, len(st.Cells))
	case left > 0:
		return resumableError{fmt.Errorf("%d of %d cells are left to do", left, len(st.Cells))}
	}
	return nil
}

func (o *statusOptions) status() (*plans.Status, error) {
	info, err := os.Stat(o.of)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return plans.StatusOfFolder(o.of)
	}
	p, err := plans.Read(o.of)
	if err != nil {
		return nil, err
	}
	return plans.StatusOf(p)
}

func printStatus(s streams, st *plans.Status, format string) error {
	if format == "json" {
		return s.json(st)
	}
	w := newColumns(s.out)
	fmt.Fprintln(w, "CELL\tMODEL\tTASK\tSEED\tSTATE\tSTEP\tLOSS\tSTEPS/S\tLEFT\tREASON")
	for _, c := range st.Cells {
		loss, rate, left, step := "–", "–", "–", fmt.Sprint(c.Step)
		if c.Loss != nil {
			loss = fmt.Sprintf("%.4f", *c.Loss)
		}
		if c.Rate > 0 && c.State == store.CellRunning {
			rate = fmt.Sprintf("%.2f", c.Rate)
		}
		if c.SecondsLeft > 0 {
			left = plans.Duration(c.SecondsLeft).String()
		}
		if c.Steps > 0 {
			step = fmt.Sprintf("%d/%d", c.Step, c.Steps)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Cell, c.Model,
			strings.Join(append([]string{c.Task}, c.Settings...), " "), c.Seed, c.State, step, loss, rate, left, c.Reason)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%d done, %d running, %d waiting, %d failed; %s of work left\n",
		st.Done, st.Running, st.Waiting, st.Failed, plans.Duration(st.SecondsLeft))
	return err
}
