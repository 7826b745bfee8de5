package devices

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/device/vulkan/rates"
)

// leastGain is how many times as fast as in float32 products in float16 have to be: a training
// is not begun for less than what one measurement differs from the next.
const leastGain = 1.1

// Gains is nil where a training in a precision is worth beginning on what a setting means here:
// in float16 where the device makes products leastGain times as fast as in float32, which is
// measured once for each device of a process, on a backend of its own. A driver that runs on the
// processor is not measured: it is for trying what a GPU does. Who goes on with a training, or
// answers by what it gave, does not ask: see Device.Computes.
func Gains(ctx context.Context, setting string, in device.Precision) error {
	if in != device.Float16 {
		return nil
	}
	name, _, err := ResolveFor(setting, in)
	if err != nil {
		return err
	}
	i, err := offered.Pick(name)
	if err != nil {
		return err
	}
	return measured.gain(i, func() (half, full float64, err error) { return measure(ctx, name) })
}

// measure returns what products reach on a device, in GFLOP/s. A device that loses what float16
// scales losses for is an error.
func measure(ctx context.Context, name string) (half, full float64, err error) {
	defer device.Caught(&err)
	d, err := Open(ctx, name, 0)
	if err != nil {
		return 0, 0, err
	}
	defer d.Close()
	if !rates.KeepsSmall(d.GPU) {
		return 0, 0, &PrecisionError{Device: name, Precision: device.Float16, Want: "--set precision=float32",
			Why: d.GPU.Info().Name + " takes numbers of float16 below 2⁻¹⁴ for 0, which small gradients are"}
	}
	half, full = d.GPU.Float16Rates()
	return half, full, nil
}

// measured are this process's decisions: all cells of a grid get the same.
var measured decisions

// decisions are what was decided of devices, by what Facts.Kernels tells of them.
type decisions struct {
	sync.Mutex
	by map[string]error
}

// gain is nil where float16 is worth beginning with, decided by rates in GFLOP/s. A measurement
// that failed decides nothing.
func (s *decisions) gain(i offered.Info, rates func() (half, full float64, err error)) error {
	if err := float16On(nameOf(i), i); err != nil || i.CPU {
		return err
	}
	s.Lock()
	defer s.Unlock()
	key := nameOf(i) + ": " + facts(i).Kernels
	if decided, ok := s.by[key]; ok {
		return decided
	}
	half, full, err := rates()
	if err != nil {
		return err
	}
	if s.by == nil {
		s.by = map[string]error{}
	}
	s.by[key] = faster(i, half, full)
	return s.by[key]
}

// faster is nil where a device makes products in float16 faster than in float32 by enough; rates
// are in GFLOP/s.
func faster(i offered.Info, half, full float64) error {
	if half >= leastGain*full {
		return nil
	}
	h, f := apart(half, full)
	return &PrecisionError{Device: nameOf(i), Precision: device.Float16, Want: "--set precision=float32", Why: fmt.Sprintf(
		"%s makes products at %s GFLOP/s in float16 and at %s in float32, measured just now: float16 has to be %v times as fast",
		i.Name, h, f, leastGain)}
}

// apart writes two numbers with as many significant digits as tell them apart, four at the least.
func apart(a, b float64) (string, string) {
	write := func(x float64, digits int) string {
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64)
		return strconv.FormatFloat(rounded, 'f', -1, 64)
	}
	digits := 4
	for a != b && digits < 17 && write(a, digits) == write(b, digits) {
		digits++
	}
	return write(a, digits), write(b, digits)
}
