package devices

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/offered"
)

// PrecisionError is the error of asking a device for a precision that it does not compute in.
type PrecisionError struct {
	Device    string // as it was asked for
	Precision device.Precision
	Why       string // what it lacks; empty where the device is not there
	Want      string // what to ask for instead
	Err       error  // of looking for a device, which is why
}

func (e *PrecisionError) Error() string {
	why := ""
	if e.Why != "" {
		why = ": " + e.Why
	}
	return fmt.Sprintf("precision %v on device %s%s: want %s", e.Precision, e.Device, why, e.Want)
}

// Unwrap returns the error of looking for a device.
func (e *PrecisionError) Unwrap() error { return e.Err }

// unfound is the error of there being no device to look at.
func unfound(setting string, in device.Precision, err error) error {
	return &PrecisionError{Device: setting, Precision: in, Why: err.Error(), Want: wantOfCPU, Err: err}
}

// ResolveFor is Resolve for computing in a precision, and a *PrecisionError where the device
// does not. Where auto and vulkan have a choice they choose a device that does. bfloat16 is
// refused of a GPU whether it is there or not. Nothing is measured: see Gains.
func ResolveFor(setting string, in device.Precision) (name, note string, err error) {
	onCPU := setting == CPU || setting == ""
	switch {
	case in == device.Float16 && onCPU:
		return "", "", float16OnCPU()
	case in == device.Float16 && (setting == Auto || setting == Vulkan):
		name, err = withFloat16(setting)
		return name, "", err
	case in == device.Bfloat16 && !onCPU && setting != Auto:
		return "", "", bfloat16On(setting)
	}
	name, note, err = Resolve(setting)
	switch {
	case err != nil && in == device.Float16:
		return "", "", unfound(setting, in, err)
	case err != nil || name == CPU || in == device.Float32:
		return name, note, err
	}
	if in == device.Bfloat16 { // auto, and there is a GPU
		return "", "", bfloat16On(setting)
	}
	i, err := offered.Pick(name)
	if err != nil {
		return "", "", unfound(setting, in, err)
	}
	return name, note, float16On(name, i)
}

// withFloat16 returns the first GPU that computes in float16, for vulkan any such device.
func withFloat16(setting string) (name string, err error) {
	all, err := offered.Devices()
	if err != nil {
		return "", unfound(setting, device.Float16, err)
	}
	first, lack := offered.First(all, setting == Vulkan, lacksFloat16)
	if first != nil {
		return nameOf(*first), nil
	}
	e := &PrecisionError{Device: setting, Precision: device.Float16, Why: "no GPU here computes in it", Want: wantOfCPU}
	if len(lack) > 0 {
		e.Why += ": " + strings.Join(lack, "; ")
	}
	return "", e
}

// wantOfCPU is what the processor computes in.
const wantOfCPU = "--set precision=float32, which every device computes in, or bfloat16 with device cpu"

func float16OnCPU() error {
	return &PrecisionError{Device: CPU, Precision: device.Float16, Why: "float16 is for GPUs with cooperative matrices",
		Want: "--set precision=float32 or bfloat16, or a GPU: device auto, vulkan or vulkan:N ('bench devices')"}
}

// float16On is nil where a device computes in float16.
func float16On(name string, i offered.Info) error {
	if why := lacksFloat16(i); why != "" {
		return &PrecisionError{Device: name, Precision: device.Float16, Why: why, Want: "--set precision=float32, or another device"}
	}
	return nil
}

// lacksFloat16 says what a device lacks for products in float16; nothing where it has it.
func lacksFloat16(i offered.Info) string { return i.LowerPrecision() }

// bfloat16On is the error of asking a GPU for bfloat16.
func bfloat16On(setting string) error {
	e := &PrecisionError{Device: setting, Precision: device.Bfloat16, Why: "GPUs compute in float32, some in float16",
		Want: "--set precision=float32, or device=cpu"}
	if name, _, err := Resolve(setting); err == nil && name != CPU {
		if i, err := offered.Pick(name); err == nil {
			e.describe(i)
		}
	}
	return e
}

// describe adds what a device is, where float16 may be what one wants.
func (e *PrecisionError) describe(i offered.Info) {
	if lack := lacksFloat16(i); lack != "" {
		e.Why += ": " + lack
		return
	}
	e.Why += ": " + i.Name + " in both"
	e.Want = "--set precision=float16 or float32, or device=cpu"
}

// OpenFor opens what a setting means here for computing in a precision, or is a *PrecisionError;
// notes is told why auto means the processor, if it does. See Open.
func OpenFor(ctx context.Context, setting string, in device.Precision, threads int, notes io.Writer) (*Device, error) {
	name, note, err := ResolveFor(setting, in)
	if err != nil {
		return nil, err
	}
	if note != "" {
		fmt.Fprintln(notes, note)
	}
	return Open(ctx, name, threads)
}

// Computes is nil where the opened device computes in a precision, however fast: see Gains.
func (d *Device) Computes(in device.Precision) error {
	switch {
	case d.GPU == nil && in == device.Float16:
		return float16OnCPU()
	case d.GPU == nil || in == device.Float32:
		return nil
	case in == device.Bfloat16:
		return bfloat16On(nameOf(d.GPU.Info()))
	}
	return float16On(nameOf(d.GPU.Info()), d.GPU.Info())
}
