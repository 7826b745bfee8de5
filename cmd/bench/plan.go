package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/plans"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/runs"
)

// planOptions are the flags of `bench plan`: those of `bench run` that say what
// to run, and where the plan goes.
type planOptions struct {
	runOptions
	out string
}

func newPlanCmd() *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan [SUITE] -o plan.json",
		Short: "Count what a suite would take: hours, memory and disk, cell by cell",
		Long: `Opens every model and every file that 'bench run' would, and reports all that is
missing at once. What a cell takes is measured on this machine: some steps at the
lengths of its texts, unless an earlier plan measured such a model here. The plan
is a file that does not change: 'bench run --plan' runs it, or one cell of it, and
'bench submit' hands it to a cluster. Cells that cost little come first.

Seconds are those of this machine, one cell after the other.`,
		Example: `  bench plan lmkor --data-dir DATA -o plan.json
  bench plan --model bert-tiny-scratch --task nsmc --data-dir samples --set epochs=1 -o plan.json
  bench plan --model bert-tiny-scratch --task paws --data-dir samples --set epochs=1 --grid batch_size=16,32 -o plan.json
  bench run --plan plan.json
  bench status plan.json`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) > 0 {
				o.suite = a[0]
			}
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	o.cellFlags(cmd)
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the `FILE` to write the plan to")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *planOptions) run(ctx context.Context, s streams) error {
	cells, err := o.cells(ctx)
	if err != nil && len(cells) == 0 {
		return err
	}
	deviceNotes(s, cells)
	known := plans.OpenCalibration()
	p, err := plans.Make(ctx, cells, o.runs, known, func(text string) { fmt.Fprintln(s.err, text) })
	if err != nil {
		return err
	}
	warnUnkept(s, known.Save())
	if o.out != "" {
		if err := p.Write(o.out); err != nil {
			return err
		}
	}
	if o.format == "json" {
		return s.json(p)
	}
	return printPlan(s, p)
}

// printPlan prints the cells, what is missing, and the total.
func printPlan(s streams, p *plans.Plan) error {
	w := newColumns(s.out)
	grid := slices.ContainsFunc(p.Cells, func(c plans.Cell) bool { return c.Settings != nil })
	on := p.Total.DeviceMB > 0
	fmt.Fprintln(w, "CELL\tMODEL\tTASK"+map[bool]string{true: "\tSETTINGS"}[grid]+"\tSEED\tSTATE\tSTEPS\tTOKENS\tTIME\tMEMORY"+
		map[bool]string{true: "\tON DEVICE"}[on]+"\tDISK")
	for _, c := range p.Cells {
		state := strings.ReplaceAll(c.State, "_", " ")
		if c.State == plans.Resumes {
			state = fmt.Sprintf("resumes from step %d", c.Step)
		}
		task := c.Task
		if grid {
			task += "\t" + strings.Join(c.Settings, ",")
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\t%d\t%d\t%s\t%s%s\t%s\n", c.Cell, c.Model, task, c.Seed, state, c.Steps, c.Tokens,
			plans.Duration(c.Seconds), sizeText(int64(c.MemoryMB*1e6)), onDeviceText(on, c.DeviceMB), sizeText(int64(c.DiskMB*1e6)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, c := range p.Cells {
		for _, m := range c.Missing {
			fmt.Fprintf(s.err, "cell %d, %s × %s, seed %d: missing: %s\n", c.Cell, c.Model, c.Task, c.Seed, m)
		}
		warnOfDevice(s, fmt.Sprintf("cell %d, %s × %s, seed %d", c.Cell, c.Model, c.Task, c.Seed), c.DeviceMB, c.DeviceHas)
		if len(c.Different) > 0 {
			what := "goes beside a run of other settings"
			if c.State == plans.Conflict {
				what = "is finished, computed otherwise"
			}
			fmt.Fprintf(s.err, "cell %d, %s × %s, seed %d: %s: %s\n",
				c.Cell, c.Model, c.Task, c.Seed, what, strings.Join(c.Different, "; "))
		}
	}
	return printTotal(s, p.Total)
}

// onDeviceText is a cell's column of the device's memory, where there is one.
func onDeviceText(column bool, mb float64) string {
	if !column {
		return ""
	}
	if mb == 0 {
		return "\t–"
	}
	return "\t" + sizeText(int64(mb*1e6))
}

// warnOfDevice says of a cell that its device has less memory than it takes.
func warnOfDevice(s streams, cell string, mb, has float64) {
	if mb > has {
		fmt.Fprintf(s.err, "%s: about %s of the device's memory, which has %s: want a smaller batch_size, "+
			"with gradient_accumulation_steps in its place, or max_length\n", cell, sizeText(int64(mb*1e6)), sizeText(int64(has*1e6)))
	}
}

// warnUnkept warns that what was measured could not be kept: it is measured again.
func warnUnkept(s streams, err error) {
	if err != nil {
		fmt.Fprintf(s.err, "bench: warning: %v\n", err)
	}
}

// printTotal prints what all cells to do take together.
func printTotal(s streams, t plans.Total) error {
	device := ""
	if t.DeviceMB > 0 {
		device = fmt.Sprintf(" and %s of the device's", sizeText(int64(t.DeviceMB*1e6)))
	}
	_, err := fmt.Fprintf(s.out, "%d cells, %d to do (%d of them can't run): %s on this machine one after the other, "+
		"%s of memory%s for the largest, %s of disk\n",
		t.Cells, t.ToDo, t.Missing, plans.Duration(t.Seconds), sizeText(int64(t.MemoryMB*1e6)), device, sizeText(int64(t.DiskMB*1e6)))
	return err
}

// runPlan runs the cells of a plan that --cell names, or all that can run.
func (o *runOptions) runPlan(ctx context.Context, s streams) error {
	p, err := plans.Read(o.plan)
	if err != nil {
		return err
	}
	numbers, err := p.Select(o.cell)
	if err != nil {
		return usageError{err}
	}
	var faults []error
	cells := o.planned(ctx, p, numbers, &faults)
	for i := range cells {
		var field *runs.FieldError
		if err := cells[i].Set(o.set...); errors.As(err, &field) {
			return usagef("--set: %w", err)
		} else if err != nil {
			return err
		}
	}
	done, err := runCells(ctx, s, cells, o.tensorboard)
	if e := printOutcomes(s, done, o.format); e != nil {
		return e
	}
	return errors.Join(append(faults, err)...)
}

// planned returns the cells of those numbers that can be made; what keeps others
// from it joins faults.
func (o *runOptions) planned(ctx context.Context, p *plans.Plan, numbers []int, faults *[]error) []runs.Cell {
	var cells []runs.Cell
	for _, n := range numbers {
		c := p.Cells[n]
		cell, err := c.Runnable(thisProgram())
		if err != nil {
			err = fmt.Errorf("cell %d: %w", n, err)
			_ = store.RecordFailure(c.Dir, c.Portable, err) // for bench status
			*faults = append(*faults, err)
			continue
		}
		cell.Started = startOf(ctx)
		cells = append(cells, cell)
	}
	return cells
}
