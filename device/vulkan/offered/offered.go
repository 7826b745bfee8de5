// Package offered is what devices Vulkan offers here, what they say of themselves, which of
// them a setting means, and what is missing where there is none.
package offered

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/internal/vulkan"
)

// Info is what a device says of itself.
type Info struct {
	Index      int    // as in vulkan:0
	Name       string // the device's
	Kind       string // discrete GPU, integrated GPU, virtual GPU, CPU, other
	CPU        bool   // the driver runs kernels on the machine's processor
	Driver     string // its name and version
	API        string // the version of Vulkan
	Heaps      []Heap
	Memory     int64 // bytes of the largest heap on the device
	Free       int64 // bytes that the program may still have there; 0: the driver does not say
	AtOnce     int64 // bytes of one allocation, at the most
	Slabs      int   // allocations at the same time, at the most
	Shared     int   // bytes that a workgroup shares
	Threads    int   // invocations of a workgroup, at the most
	Groups     [3]uint32
	Wave       int // invocations of a subgroup
	Push       int // bytes of push constants
	Float16    bool
	Int64      bool
	Matrix     bool              // cooperative matrices of any kind: VK_KHR_cooperative_matrix
	Shapes     []vulkan.Matrices // of float16, that the device lists
	Matrices   tiling.Matrices   // those that products in float16 are made of
	NoMatrices string            // why there are none
	Clock      bool              // it takes timestamps
	Layered    bool              // another API lies under Vulkan, as Metal under MoltenVK: VK_KHR_portability_subset
	Lacks      string            // why the program can't compute on it; empty if it can
}

// Heap is one of a device's memories.
type Heap struct {
	Bytes int64
	Local bool  // on the device
	Free  int64 // bytes that the program may still have; 0: the driver does not say
}

// Of returns what a driver's device says, the loader's number index.
func Of(index int, p *vulkan.Physical) Info {
	i := Info{Index: index, Name: p.Name, Kind: p.Kind.String(), CPU: p.Kind == vulkan.Processor, Driver: p.Driver,
		API: p.API.String(), AtOnce: p.MostAtOnce, Slabs: p.MostAllocations, Shared: p.Shared, Threads: int(p.Invocations),
		Groups: p.Groups, Wave: int(p.Subgroup), Push: p.Push, Float16: p.Float16 && p.Storage16, Int64: p.Int64,
		Clock: p.Tick > 0, Matrix: slices.Contains(p.Extensions, "VK_KHR_cooperative_matrix"),
		Layered: slices.Contains(p.Extensions, "VK_KHR_portability_subset")}
	i.Shapes = p.Matrices
	i.Matrices, i.NoMatrices = matricesOf(p)
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

// Stages is how many launches a product in float32 takes whose K is split. Its parts are the same
// on every device, and so is the order of their sums. But to add them up in the same launch one
// workgroup has to see what others wrote, which Metal promises from version 3.2 of its shaders
// on, and which one a layer over it compiles to it does not say: there another launch does.
func (i Info) Stages() int {
	if i.Layered {
		return 2
	}
	return 1
}

// Devices returns every device that Vulkan offers, in the loader's order. Its error
// says what is missing where there is no Vulkan; there may be none without one.
func Devices() ([]Info, error) {
	library, err := vulkan.Open()
	if err != nil {
		return nil, Advised(err)
	}
	instance, err := library.NewInstance(nil)
	if err != nil {
		return nil, Advised(err)
	}
	defer instance.Close()
	physicals, err := instance.Physicals()
	if err != nil {
		return nil, Advised(err)
	}
	var all []Info
	for i, p := range physicals {
		all = append(all, Of(i, p))
	}
	return all, nil
}

// Missing is the error of there being no device that computes, and what to do about it.
type Missing struct {
	Err    error
	Advice string
}

func (e *Missing) Error() string { return e.Err.Error() + ": " + e.Advice }

// Unwrap returns what was found, or not.
func (e *Missing) Unwrap() error { return e.Err }

// Advised adds to an error of finding a device what to do.
func Advised(err error) error {
	if errors.Is(err, vulkan.ErrUnsupported) {
		return err
	}
	return &Missing{err, here.advice()}
}

// Pick returns which of the devices a setting asks for: auto is the first discrete
// GPU that can compute, or else the first integrated one, and never a CPU;
// vulkan:N is what it says.
func Pick(setting string) (Info, error) {
	all, err := Devices()
	if err != nil {
		return Info{}, err
	}
	return pick(setting, all, here)
}

func pick(setting string, all []Info, on system) (Info, error) {
	if setting == "auto" {
		for _, kind := range []vulkan.Kind{vulkan.Discrete, vulkan.Integrated, vulkan.Virtual} {
			for _, i := range all {
				if i.Kind == kind.String() && i.Lacks == "" {
					return i, nil
				}
			}
		}
		err := &Missing{fmt.Errorf("no GPU that computes: found %s", found(all)), on.advice()}
		if slices.ContainsFunc(all, func(i Info) bool { return !i.CPU }) {
			err.Advice = "a newer driver may have what it lacks; else want device=cpu"
		}
		return Info{}, err
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
		return Info{}, fmt.Errorf("device %s: %s: a newer driver may have it; else want another device ('bench devices') or device=cpu",
			setting, all[n].Lacks)
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
		name := fmt.Sprintf("vulkan:%d, %s (%s)", i.Index, i.Name, i.Kind)
		if i.Lacks != "" {
			name += ", but " + i.Lacks
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}
