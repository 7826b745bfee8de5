package vulkan

import (
	"fmt"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/barriers"
	"github.com/lmkor/bench/device/vulkan/push"
	"github.com/lmkor/bench/internal/vulkan"
)

type (
	op     = barriers.Op
	region = barriers.Region
)

// over are the regions of whole buffers, of which there may be none.
func over(buffers ...device.Buffer) []region { return barriers.Over(buffers...) }

// some is the region of a buffer of which so many floats are touched: see Counts.
func some(b device.Buffer, floats int) []region { return barriers.Some(b, floats) }

// block is the region of a matrix of rows × cols floats.
func block(m device.Matrix, rows, cols int) []region { return barriers.Block(m, rows, cols) }

// launch is one run of a kernel. All that it reads or writes of the device's memory
// has to be in reads and writes, or no barrier keeps it in order; buffers of words
// and upload need not.
type launch struct {
	kernel        string    // shaders/<kernel>.comp
	name          string    // what it is counted under; empty: kernel
	spec          []uint32  // specialization constants 0, 1, …
	subgroup      uint32    // invocations that subgroups must have; 0: as many as the driver likes
	groups        [3]uint32 // workgroups; 0 is 1
	push          []byte    // what the kernel is told: see pack
	reads, writes []region  // see over and block
	flops         float64   // multiplications and additions, for Counts
}

// launch records l. A launch of no workgroups is none.
func (b *Backend) launch(l launch) {
	p := b.pipeline(l.kernel, l.spec, l.subgroup)
	for i := range l.groups {
		l.groups[i] = max(1, l.groups[i])
		if most := b.info.Groups[i]; l.groups[i] > most {
			panic(fmt.Sprintf("vulkan: %s: %d workgroups in dimension %d, and %s runs %d", l.kernel, l.groups[i], i, b.name(), most))
		}
	}
	if l.name == "" {
		l.name = l.kernel
	}
	b.record(op{Name: l.name, Reads: l.reads, Writes: l.writes, FLOPs: l.flops,
		Do: func(c *vulkan.Commands) { c.Launch(p, l.push, l.groups) }})
}

// pack writes push constants: see push.Constants.
func pack(values ...any) []byte { return push.Constants(values...) }

// groupSize is how many invocations the kernels' workgroups have that go over
// elements one by one, and mostGroups how many of them are launched: the kernels
// stride over the rest.
const (
	groupSize  = 256
	mostGroups = 65535
)

// overElements is the number of workgroups for n elements.
func overElements(n int) [3]uint32 {
	return [3]uint32{uint32(min((n+groupSize-1)/groupSize, mostGroups)), 1, 1}
}
