package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results/store"
)

func newRunsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List and clean a folder of runs",
		Long: `Shows what lies in a folder of runs: finished runs, those that a process works on,
interrupted ones, which the command that began them takes up, and what nobody
will take up, abandoned by processes that were killed.`,
		Args: cobra.ArbitraryArgs,
		RunE: groupHelp,
	}
	cmd.AddCommand(newRunsListCmd(), newRunsCleanCmd())
	return cmd
}

// runsListOptions are the flags of `bench runs list`.
type runsListOptions struct {
	root   string
	verify bool
	format string
}

func newRunsListCmd() *cobra.Command {
	o := runsListOptions{root: "runs"}
	cmd := &cobra.Command{
		Use:   "list [RUNS]",
		Short: "List finished, running, interrupted and abandoned runs with size and age",
		Long: `Lists what lies in a folder of runs. A finished run of which a file is missing, short
or changed is listed as damaged, and the command fails; --verify reads weights,
too, to see.`,
		Example: "  bench runs list runs\n  bench runs list runs --verify --format json",
		Args:    args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) > 0 {
				o.root = a[0]
			}
			return o.run(streamsOf(cmd))
		},
	}
	cmd.Flags().BoolVar(&o.verify, "verify", false, "read every file of every finished run, whatever its size")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *runsListOptions) run(s streams) error {
	depth := store.Checked
	if o.verify {
		depth = store.Verified
	}
	all, err := store.Inventory(o.root, depth)
	if err != nil {
		return err
	}
	if err := printEntries(s, all, o.format); err != nil {
		return err
	}
	var damaged []error
	for _, e := range all {
		if e.State == store.EntryDamaged {
			damaged = append(damaged, fmt.Errorf("%s: damaged: %s", e.Path, e.Note))
		}
	}
	return errors.Join(damaged...)
}

// runsCleanOptions are the flags of `bench runs clean`.
type runsCleanOptions struct {
	root                string
	interrupted, dryRun bool
	older               time.Duration
	format              string
}

func newRunsCleanCmd() *cobra.Command {
	o := runsCleanOptions{root: "runs"}
	cmd := &cobra.Command{
		Use:   "clean [RUNS]",
		Short: "Remove abandoned runs, and interrupted ones when told to",
		Long: `Removes what nobody will take up: folders, states and locks that killed processes
left beside runs that are finished. --interrupted removes interrupted trainings,
too, with the state that they would go on from. Finished runs, and those that a
process works on, are never removed. RUNS may be one interrupted run's folder.`,
		Example: "  bench runs clean runs\n  bench runs clean runs --interrupted --older-than 168h --dry-run",
		Args:    args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) > 0 {
				o.root = a[0]
			}
			return o.run(streamsOf(cmd))
		},
	}
	cmd.Flags().BoolVar(&o.interrupted, "interrupted", false, "remove interrupted trainings, too")
	cmd.Flags().DurationVar(&o.older, "older-than", 0, "only what nothing was written to for so `LONG`, such as 36h")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would be removed")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *runsCleanOptions) run(s streams) error {
	all, err := store.Inventory(o.root, store.Sized)
	if err != nil {
		return err
	}
	removed := []store.Entry{}
	var failed []error
	for _, e := range all {
		if e.State != store.EntryAbandoned && !(o.interrupted && e.State == store.EntryInterrupted) {
			continue
		}
		if time.Duration(e.AgeSeconds)*time.Second < o.older {
			continue
		}
		if !o.dryRun {
			if err := e.Remove(); err != nil {
				failed = append(failed, err)
				continue
			}
		}
		removed = append(removed, e)
	}
	if err := printEntries(s, removed, o.format); err != nil {
		return err
	}
	verb := "removed"
	if o.dryRun {
		verb = "would be removed"
	}
	var bytes int64
	for _, e := range removed {
		bytes += e.Bytes
	}
	fmt.Fprintf(s.err, "%d %s, %s\n", len(removed), verb, sizeText(bytes))
	return errors.Join(failed...)
}

func printEntries(s streams, all []store.Entry, format string) error {
	if format == "json" {
		if all == nil {
			all = []store.Entry{}
		}
		return s.json(all)
	}
	w := newColumns(s.out)
	if len(all) > 0 {
		fmt.Fprintln(w, "STATE\tMODEL\tTASK\tSEED\tSTEP\tSIZE\tAGE\tRUN\tNOTE")
	}
	for _, e := range all {
		model, task, seed, step := "–", "–", "–", "–"
		if e.Model != "" {
			model, task, seed, step = e.Model, e.Task, fmt.Sprint(e.Seed), fmt.Sprint(e.Step)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.State, model, task, seed, step, sizeText(e.Bytes),
			ageText(time.Duration(e.AgeSeconds)*time.Second), e.Path, e.Note)
	}
	return w.Flush()
}

// sizeText prints a number of bytes to three digits.
func sizeText(n int64) string {
	v, units := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	k := 0
	for v >= 1000 && k < len(units)-1 {
		v, k = v/1000, k+1
	}
	if k == 0 || v >= 100 {
		return fmt.Sprintf("%.0f %s", v, units[k])
	}
	return fmt.Sprintf("%.1f %s", v, units[k])
}

// ageText prints a time in its largest unit.
func ageText(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}
