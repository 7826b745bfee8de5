// Package barriers keeps launches in order: it knows what each of them reads and writes
// of a device's memory, and where a barrier has to stand between two.
package barriers

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// Region is memory that a launch reads or writes: rows of width bytes, stride
// bytes from one to the next.
type Region struct {
	At            uint64
	Width, Stride uint64
	Rows          uint64
	Idle          uint64 // bytes of them that are left alone: rows of a table that nothing names
}

// Over returns the regions of whole buffers, of which there may be none.
func Over(buffers ...device.Buffer) []Region {
	var all []Region
	for _, b := range buffers {
		if !b.None() && b.Len() > 0 {
			all = append(all, Region{At: b.Addr(), Width: 4 * uint64(b.Len()), Rows: 1})
		}
	}
	return all
}

// Some is the region of a buffer of which so many floats are touched, nobody knows which.
func Some(b device.Buffer, floats int) []Region {
	all := Over(b)
	for i := range all {
		all[i].Idle = all[i].Width - min(all[i].Width, 4*uint64(floats))
	}
	return all
}

// Block is the region of a matrix of rows × cols floats.
func Block(m device.Matrix, rows, cols int) []Region {
	if m.None() || rows == 0 || cols == 0 {
		return nil
	}
	return []Region{{At: m.Addr(), Width: 4 * uint64(cols), Stride: 4 * uint64(m.LD), Rows: uint64(rows)}}
}

// end is the address behind the last byte.
func (r Region) end() uint64 { return r.At + (r.Rows-1)*r.Stride + r.Width }

// Bytes is the number of bytes that are touched.
func (r Region) Bytes() uint64 { return r.Rows*r.Width - r.Idle }

// overlaps reports whether two regions share a byte. Blocks of columns of the same
// matrix are told apart; for the rest what lies between rows counts as theirs.
func (r Region) overlaps(o Region) bool {
	if r.end() <= o.At || o.end() <= r.At {
		return false
	}
	if r.Rows > 1 && o.Rows > 1 && r.Stride == o.Stride {
		if o.At < r.At {
			r, o = o, r
		}
		apart := (o.At - r.At) % r.Stride
		return apart < r.Width || apart+o.Width > r.Stride
	}
	return true
}

func overlap(a, b []Region) bool {
	for _, x := range a {
		for _, y := range b {
			if x.overlaps(y) {
				return true
			}
		}
	}
	return false
}

// Op is what is recorded: a launch, a copy or a fill, and what it touches.
type Op struct {
	Name          string
	Operator      string // whose it is, where that is told
	Reads, Writes []Region
	FLOPs         float64
	Move          bool // a copy or a fill, and no launch
	Do            func(c *vulkan.Commands)
}

// Recorder places barriers: one stands before the first op that reads or writes what
// an op since the last barrier wrote, or writes what one read. Ops between two
// barriers may run in any order; Reversed gives them in the reverse one, which must
// not change a byte.
type Recorder struct {
	Reversed bool
	Emit     func(o Op)
	Barrier  func()

	group         []Op // since the last barrier, not emitted yet
	reads, writes []Region
}

// Add records an op behind all others.
func (r *Recorder) Add(o Op) {
	if overlap(o.Reads, r.writes) || overlap(o.Writes, r.writes) || overlap(o.Writes, r.reads) {
		r.Flush()
		r.Barrier()
		r.reads, r.writes = r.reads[:0], r.writes[:0]
	}
	r.group = append(r.group, o)
	r.reads, r.writes = append(r.reads, o.Reads...), append(r.writes, o.Writes...)
}

// Flush emits what was recorded. What they touched is remembered: another
// piece of the same queue may still run beside them.
func (r *Recorder) Flush() {
	for i := range r.group {
		if r.Reversed {
			i = len(r.group) - 1 - i
		}
		r.Emit(r.group[i])
	}
	clear(r.group)
	r.group = r.group[:0]
}
