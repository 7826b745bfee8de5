package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/models"
)

// deviceFlag declares --device of a command that runs a model.
func deviceFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "device", devices.CPU, "the device `D` that computes: cpu, auto, vulkan or vulkan:N ('bench devices')")
}

// onDevice is inPrecision of float32.
func onDevice(ctx context.Context, s streams, setting string, threads int, all ...*models.Model) (*devices.Device, error) {
	return inPrecision(ctx, s, setting, device.Float32, threads, all...)
}

// inPrecision opens what a setting means here for a precision, on so many threads or below 1 on
// all cores, and puts models there. The caller closes it when it has the last answer.
func inPrecision(ctx context.Context, s streams, setting string, in device.Precision, threads int, all ...*models.Model,
) (*devices.Device, error) {
	if !devices.Valid(setting) {
		return nil, usagef("--device %q: want cpu, auto, vulkan or vulkan:N, as 'bench devices' lists them", setting)
	}
	d, err := devices.OpenFor(ctx, setting, in, threads, s.err)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		m.Place(d.Backend)
	}
	return d, nil
}
