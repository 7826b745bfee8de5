package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/models"
)

// deviceFlag declares --device of a command that runs a model.
func deviceFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "device", devices.CPU, "the device `D` that computes: cpu, auto, vulkan or vulkan:N ('bench devices')")
}

// onDevice opens what a setting means here, on so many threads or below 1 on all
// cores, and puts models there. The caller closes
// it when it has the last answer.
func onDevice(ctx context.Context, s streams, setting string, threads int, all ...*models.Model) (*devices.Device, error) {
	if !devices.Valid(setting) {
		return nil, usagef("--device %q: want cpu, auto, vulkan or vulkan:N, as 'bench devices' lists them", setting)
	}
	name, note, err := devices.Resolve(setting)
	if err != nil {
		return nil, err
	}
	if note != "" {
		fmt.Fprintln(s.err, note)
	}
	d, err := devices.Open(ctx, name, threads)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		m.Place(d.Backend)
	}
	return d, nil
}
