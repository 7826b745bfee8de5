package runs

import (
	"context"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
)

// resolveDevice puts the device that a recipe's setting means on this machine in its
// place, and checks that it can do what the recipe asks for. note says why auto
// means the processor, if it does.
func resolveDevice(r *configs.Recipe) (note string, err error) {
	name, note, err := devices.ResolveFor(string(r.Device), device.PrecisionOf(r.Precision))
	if err != nil {
		return "", err
	}
	r.Device = configs.Device(name)
	return note, nil
}

// Set gives fields of the cell's recipe other values, each as field=value, and
// resolves its device anew.
func (c *Cell) Set(settings ...string) (err error) {
	for _, s := range settings {
		if err := c.Recipe.Set(s); err != nil {
			return &FieldError{err}
		}
	}
	c.Note, err = resolveDevice(&c.Recipe)
	return err
}

// mayBegin is nil unless the run is one that begins from the start and its device gains nothing
// by its precision. It is asked before the run's place is claimed, so that what is refused leaves
// nothing there; what a saved state goes on from, and what stands, is not given up because of
// another measurement.
func (c *Cell) mayBegin(ctx context.Context, m *results.Manifest,
	gains func(ctx context.Context, setting string, in device.Precision) error) error {
	in := device.PrecisionOf(c.Recipe.Precision)
	if in != device.Float16 {
		return nil
	}
	at, err := store.Look(c.Dir, m)
	if err != nil {
		return err
	}
	switch at.State {
	case store.StateResumes:
		if step, err := savedStep(at.Partial); err != nil || step > 0 {
			return nil // a state that can't be read the training reports
		}
	case store.StateToTrain:
	default:
		return nil
	}
	return gains(ctx, string(c.Recipe.Device), in)
}
