package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/doctor"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
)

// doctorOptions are the flags of `bench doctor`.
type doctorOptions struct {
	device                    string
	suite, data, runs, format string
	models, tasks             []string
}

func newDoctorCmd() *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor [SUITE]",
		Short: "What this machine lacks for what is to run, and what to do",
		Long: `Looks at the processor and the kernels that it gets, memory, disk, whether the folder
of runs takes files and locks, the cache of models, and Slurm or Kubernetes; of a
suite, or of what --model and --task name, at every model and every data file too.
What is missing fails the command, when everything has been looked at.`,
		Example: "  bench doctor\n  bench doctor quickstart\n  bench doctor --model bert-tiny-scratch --task nsmc " +
			"--data-dir DATA --format json",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) > 0 {
				o.suite = a[0]
			}
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&o.models, "model", "m", nil, "a model `M` to look for; may be repeated")
	fl.StringArrayVarP(&o.tasks, "task", "t", nil, "a task `T` whose data to look for; may be repeated")
	fl.StringVar(&o.data, "data-dir", "", "the folder `D` of official files (default the suite's)")
	fl.StringVar(&o.runs, "runs", "runs", "the folder `DIR` of runs")
	fl.StringVar(&o.device, "device", devices.Auto, "the device `D` that is to compute: cpu, auto, vulkan or vulkan:N")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *doctorOptions) run(ctx context.Context, s streams) error {
	w, err := o.wanted()
	if err != nil {
		return err
	}
	findings, err := doctor.Examine(ctx, w)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return errors.Join(s.json(findings), doctor.Err(findings))
	}
	t := tables.Table{Head: []string{"what", "status", "found", "to do"}, Left: 4}
	for _, f := range findings {
		t.Rows = append(t.Rows, tables.Row(f.Name, f.Status, f.Found, f.Advice))
	}
	return errors.Join(t.Write(s.out, tables.Terminal, tableOptions(s.out)), doctor.Err(findings))
}

// wanted is what the suite and the flags name.
func (o *doctorOptions) wanted() (doctor.Wanted, error) {
	if !devices.Valid(o.device) {
		return doctor.Wanted{}, usagef("--device %q: want cpu, auto, vulkan or vulkan:N, as 'bench devices' lists them", o.device)
	}
	w := doctor.Wanted{Models: o.models, Device: o.device, Data: o.data, Runs: o.runs}
	names := o.tasks
	if o.suite != "" {
		suite, err := configs.FindSuite(o.suite)
		if err != nil {
			return w, err
		}
		if w.Models == nil {
			w.Models = suite.Models
		}
		if names == nil {
			names = suite.Tasks
		}
		if w.Data == "" {
			w.Data = suite.DataDir
		}
		if w.Data == "" {
			return w, usagef("%s names no folder of data: name it with --data-dir", o.suite)
		}
	}
	if w.Data == runs.Samples {
		w.Data = "" // they are in the program
	}
	if names == nil {
		names = tasks.Names()
	}
	for _, n := range names {
		t, err := tasks.Find(n)
		if err != nil {
			return w, err
		}
		w.Tasks = append(w.Tasks, t)
	}
	return w, nil
}
