package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// A region is memory that a launch reads or writes: rows of width bytes, stride
// bytes from one to the next.
type region struct {
	at            uint64
	width, stride uint64
	rows          uint64
}

// over returns the regions of whole buffers, of which there may be none.
func over(buffers ...device.Buffer) []region {
	var all []region
	for _, b := range buffers {
		if !b.None() && b.Len() > 0 {
			all = append(all, region{at: b.Addr(), width: 4 * uint64(b.Len()), rows: 1})
		}
	}
	return all
}

// block is the region of a matrix of rows × cols floats.
func block(m device.Matrix, rows, cols int) []region {
	if m.None() || rows == 0 || cols == 0 {
		return nil
	}
	return []region{{at: m.Addr(), width: 4 * uint64(cols), stride: 4 * uint64(m.LD), rows: uint64(rows)}}
}

// end is the address behind the last byte.
func (r region) end() uint64 { return r.at + (r.rows-1)*r.stride + r.width }

// bytes is the number of bytes that it has.
func (r region) bytes() uint64 { return r.rows * r.width }

// overlaps reports whether two regions share a byte. Blocks of columns of the same
// matrix are told apart; for the rest what lies between rows counts as theirs.
func (r region) overlaps(o region) bool {
	if r.end() <= o.at || o.end() <= r.at {
		return false
	}
	if r.rows > 1 && o.rows > 1 && r.stride == o.stride {
		if o.at < r.at {
			r, o = o, r
		}
		apart := (o.at - r.at) % r.stride
		return apart < r.width || apart+o.width > r.stride
	}
	return true
}

func overlap(a, b []region) bool {
	for _, x := range a {
		for _, y := range b {
			if x.overlaps(y) {
				return true
			}
		}
	}
	return false
}

// op is what is recorded: a launch, a copy or a fill, and what it touches.
type op struct {
	name          string
	reads, writes []region
	flops         float64
	move          bool // a copy or a fill, and no launch
	do            func(c *vulkan.Commands)
}

// recorder places barriers: one stands before the first op that reads or writes what
// an op since the last barrier wrote, or writes what one read. Ops between two
// barriers may run in any order; reversed gives them in the reverse one, which must
// not change a byte.
type recorder struct {
	reversed bool
	emit     func(o op)
	barrier  func()

	group         []op // since the last barrier, not emitted yet
	reads, writes []region
}

// add records an op behind all others.
func (r *recorder) add(o op) {
	if overlap(o.reads, r.writes) || overlap(o.writes, r.writes) || overlap(o.writes, r.reads) {
		r.flush()
		r.barrier()
		r.reads, r.writes = r.reads[:0], r.writes[:0]
	}
	r.group = append(r.group, o)
	r.reads, r.writes = append(r.reads, o.reads...), append(r.writes, o.writes...)
}

// flush emits what was recorded. What they touched is remembered: another
// piece of the same queue may still run beside them.
func (r *recorder) flush() {
	for i := range r.group {
		if r.reversed {
			i = len(r.group) - 1 - i
		}
		r.emit(r.group[i])
	}
	clear(r.group)
	r.group = r.group[:0]
}
