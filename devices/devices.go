// Package devices is what a recipe's device means on this machine: the processor,
// or a device that Vulkan reaches, found and opened.
package devices

import (
	"context"
	"fmt"
	"strings"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// CPU is the name of the machine's own processor.
const CPU = "cpu"

// Settings that leave the choice to the program.
const (
	Auto   = "auto"   // a GPU if there is one that computes, else the processor
	Vulkan = "vulkan" // a GPU if there is one that computes, else the first device of Vulkan
)

// Valid tells whether a setting can mean a device on some machine: cpu, auto,
// vulkan or vulkan:N.
func Valid(setting string) bool {
	number, numbered := strings.CutPrefix(setting, Vulkan+":")
	return setting == CPU || setting == Auto || setting == Vulkan ||
		numbered && number != "" && len(number) < 4 && strings.Trim(number, "0123456789") == ""
}

// Resolve returns the device that a setting means here: cpu or vulkan:N. note says
// why auto means the processor, if it does. It never chooses a device of Vulkan
// that is a processor; vulkan:N is what it says, and vulkan where there is nothing
// else.
func Resolve(setting string) (name, note string, err error) {
	switch setting {
	case CPU, "":
		return CPU, "", nil
	case Auto:
		found, err := offered.Pick(Auto)
		if err != nil {
			return CPU, fmt.Sprintf("device auto: the processor computes: %v", err), nil
		}
		return nameOf(found), "", nil
	case Vulkan:
		found, err := offered.Pick(Auto)
		if err != nil {
			found, err = offered.Pick(Vulkan + ":0")
		}
		return nameOf(found), "", err
	}
	found, err := offered.Pick(setting)
	return nameOf(found), "", err
}

func nameOf(i offered.Info) string { return fmt.Sprintf("%s:%d", Vulkan, i.Index) }

// Facts are what a result depends on of the device that computed it.
type Facts struct {
	Name    string // cpu, vulkan:N
	Model   string // the device's own name; empty of the processor
	Driver  string // its name and version
	API     string // the version of Vulkan
	Shaders string // SHA-256 of the program's kernels for it
	Kernels string // all of that in a line: what rounds alike
	Memory  int64  // bytes on the device; 0 of the processor
	OnCPU   bool   // the driver runs kernels on the processor
}

// Describe returns the facts of a device that Resolve has named.
func Describe(name string) (Facts, error) {
	if name == CPU || name == "" {
		return Facts{Name: CPU, Kernels: kernels.Name()}, nil
	}
	i, err := offered.Pick(name)
	if err != nil {
		return Facts{}, err
	}
	return facts(i), nil
}

// shownHash is how many digits of the shaders' hash a line shows.
const shownHash = 12

func facts(i offered.Info) Facts {
	f := Facts{Name: nameOf(i), Model: i.Name, Driver: i.Driver, API: i.API, Shaders: vulkan.ShaderHash(),
		Memory: i.Memory, OnCPU: i.CPU}
	f.Kernels = fmt.Sprintf("vulkan: %s, %s, shaders %s", f.Model, f.Driver, f.Shaders[:shownHash])
	return f
}

// Device is one that has been opened.
type Device struct {
	device.Backend
	GPU  *vulkan.Backend // nil of the processor
	Pool *parallel.Pool  // the processor's threads; nil of a GPU
}

// Open opens what a setting means here. A processor computes on so many threads;
// below 1, on all of its cores. Once ctx is cancelled, a device that hangs is waited for
// no longer.
func Open(ctx context.Context, setting string, threads int) (*Device, error) {
	name, _, err := Resolve(setting)
	if err != nil {
		return nil, err
	}
	if name == CPU {
		pool := parallel.New(threads)
		return &Device{Backend: device.NewCPU(pool), Pool: pool}, nil
	}
	found, err := offered.Pick(name)
	if err != nil {
		return nil, err
	}
	gpu, err := vulkan.Open(found.Index)
	if err != nil {
		return nil, err
	}
	gpu.Heed(ctx)
	return &Device{Backend: gpu, GPU: gpu}, nil
}

// Close gives back all that the device holds.
func (d *Device) Close() {
	if d.GPU != nil {
		d.GPU.Close()
	}
}
