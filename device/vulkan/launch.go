package vulkan

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/barriers"
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

// pack writes push constants as std430 lays them out: a buffer or a matrix as its
// address, which takes 8 bytes, ints as 32 bits, floats as float32, bools as 0 or 1.
// Put addresses first: it panics on one that is not at a multiple of 8, on an int
// that 32 bits don't hold, and beyond 128 bytes.
func pack(values ...any) []byte {
	p := make([]byte, 0, vulkan.PushBytes)
	word := func(w uint32) { p = binary.LittleEndian.AppendUint32(p, w) }
	address := func(b device.Buffer) {
		if len(p)%8 != 0 {
			panic("vulkan: an address behind an odd number of words")
		}
		p = binary.LittleEndian.AppendUint64(p, b.Addr())
	}
	for _, v := range values {
		switch v := v.(type) {
		case device.Buffer:
			address(v)
		case device.Matrix:
			address(v.Buffer)
		case int:
			if int64(v) < math.MinInt32 || int64(v) > math.MaxUint32 {
				panic(fmt.Sprintf("vulkan: %d is more than 32 bits", v))
			}
			word(uint32(v))
		case int32:
			word(uint32(v))
		case uint32:
			word(v)
		case float32:
			word(math.Float32bits(v))
		case bool:
			if v {
				word(1)
			} else {
				word(0)
			}
		default:
			panic(fmt.Sprintf("vulkan: a %T among push constants", v))
		}
	}
	if len(p) > vulkan.PushBytes {
		panic(fmt.Sprintf("vulkan: %d bytes of push constants, want at most %d", len(p), vulkan.PushBytes))
	}
	return p
}

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
