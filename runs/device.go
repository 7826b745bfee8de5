package runs

import (
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
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
