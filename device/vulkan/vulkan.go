// Package vulkan is the backend of a GPU: calls become launches of compute shaders
// that Vulkan runs. Memory is lent as the CPU's arena lends it; launches are
// recorded, with barriers where one touches what another wrote, and submitted in
// pieces, so that the device runs while the next ones are recorded. There are no
// atomics on floats and no sums whose order is not fixed: the same device, driver
// and program give the same bytes.
//
// A call is a case of one of the functions runMoves, runMath and runAttention, and
// a method that records launches: see launch.
package vulkan

//go:generate go run ./gen

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/internal/vulkan"
)

// Info is what a device says of itself.
type Info struct {
	Index   int    // as in vulkan:0
	Name    string // the device's
	Kind    string // discrete GPU, integrated GPU, virtual GPU, CPU, other
	CPU     bool   // the driver runs kernels on the machine's processor
	Driver  string // its name and version
	API     string // the version of Vulkan
	Heaps   []Heap
	Memory  int64 // bytes of the largest heap on the device
	Free    int64 // bytes that the program may still have there; 0: the driver does not say
	AtOnce  int64 // bytes of one allocation, at the most
	Slabs   int   // allocations at the same time, at the most
	Shared  int   // bytes that a workgroup shares
	Threads int   // invocations of a workgroup, at the most
	Groups  [3]uint32
	Wave    int // invocations of a subgroup
	Push    int // bytes of push constants
	Float16 bool
	Int64   bool
	Matrix  bool   // cooperative matrices: VK_KHR_cooperative_matrix
	Clock   bool   // it takes timestamps
	Lacks   string // why the program can't compute on it; empty if it can
}

// Heap is one of a device's memories.
type Heap struct {
	Bytes int64
	Local bool  // on the device
	Free  int64 // bytes that the program may still have; 0: the driver does not say
}

func info(index int, p *vulkan.Physical) Info {
	i := Info{Index: index, Name: p.Name, Kind: p.Kind.String(), CPU: p.Kind == vulkan.Processor, Driver: p.Driver,
		API: p.API.String(), AtOnce: p.MostAtOnce, Slabs: p.MostAllocations, Shared: p.Shared, Threads: int(p.Invocations),
		Groups: p.Groups, Wave: int(p.Subgroup), Push: p.Push, Float16: p.Float16 && p.Storage16, Int64: p.Int64,
		Clock: p.Tick > 0, Matrix: slices.Contains(p.Extensions, "VK_KHR_cooperative_matrix")}
	for _, h := range p.Heaps {
		i.Heaps = append(i.Heaps, Heap(h))
		if h.Local && h.Bytes > i.Memory {
			i.Memory, i.Free = h.Bytes, h.Free
		}
	}
	if err := p.Lacks(); err != nil {
		i.Lacks = err.Error()
	}
	return i
}

// LowerPrecision says why the device does not compute in bfloat16 or float16.
func (i Info) LowerPrecision() string {
	if !i.Matrix {
		return i.Name + " has no cooperative matrices (VK_KHR_cooperative_matrix), without which lower precision is no faster"
	}
	return i.Name + " has cooperative matrices, but no measurement says that bench would be faster by them"
}

// Devices returns every device that Vulkan offers, in the loader's order. Its error
// says what is missing where there is no Vulkan; there may be none without one.
func Devices() ([]Info, error) {
	library, err := vulkan.Open()
	if err != nil {
		return nil, advised(err)
	}
	instance, err := library.NewInstance(nil)
	if err != nil {
		return nil, advised(err)
	}
	defer instance.Close()
	physicals, err := instance.Physicals()
	if err != nil {
		return nil, advised(err)
	}
	var all []Info
	for i, p := range physicals {
		all = append(all, info(i, p))
	}
	return all, nil
}

// advice is what to do where no driver is found: the usual reason is a container.
const advice = "install a GPU driver with Vulkan and the loader (Debian: libvulkan1; in NVIDIA's containers also libxext6 " +
	"libegl1), and start containers with --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics"

// advised adds to an error of finding a device what to do.
func advised(err error) error {
	if errors.Is(err, vulkan.ErrUnsupported) {
		return err
	}
	return fmt.Errorf("%w: %s", err, advice)
}

// Pick returns which of the devices a setting asks for: auto is the first discrete
// GPU that can compute, or else the first integrated one, and never a CPU;
// vulkan:N is what it says.
func Pick(setting string) (Info, error) {
	all, err := Devices()
	if err != nil {
		return Info{}, err
	}
	return pick(setting, all)
}

func pick(setting string, all []Info) (Info, error) {
	if setting == "auto" {
		for _, kind := range []vulkan.Kind{vulkan.Discrete, vulkan.Integrated, vulkan.Virtual} {
			for _, i := range all {
				if i.Kind == kind.String() && i.Lacks == "" {
					return i, nil
				}
			}
		}
		return Info{}, fmt.Errorf("no GPU that computes: found %s: %s", found(all), advice)
	}
	number, ok := strings.CutPrefix(setting, "vulkan:")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 0 {
		return Info{}, fmt.Errorf("device %q: want cpu, auto or vulkan:N", setting)
	}
	if n >= len(all) {
		return Info{}, fmt.Errorf("device %s: found %s", setting, found(all))
	}
	if all[n].Lacks != "" {
		return Info{}, fmt.Errorf("device %s: %s", setting, all[n].Lacks)
	}
	return all[n], nil
}

// found lists devices in words.
func found(all []Info) string {
	if len(all) == 0 {
		return "no device"
	}
	var names []string
	for _, i := range all {
		names = append(names, fmt.Sprintf("vulkan:%d, %s (%s)", i.Index, i.Name, i.Kind))
	}
	return strings.Join(names, "; ")
}
