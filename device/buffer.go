package device

import "fmt"

// Buffer is memory of a backend: Len floats. On the CPU it is a slice; a backend
// of another device has an address there, and no slice. The zero value is no
// buffer at all.
type Buffer struct {
	n      int
	floats []float32
	addr   uint64
}

// Host returns the buffer over x, which the CPU's backend computes on.
func Host(x []float32) Buffer { return Buffer{n: len(x), floats: x} }

// At returns the buffer of n floats at an address of another device.
func At(addr uint64, n int) Buffer { return Buffer{n: n, addr: addr} }

// Len returns the number of floats.
func (b Buffer) Len() int { return b.n }

// None tells whether it is no buffer at all.
func (b Buffer) None() bool { return b.floats == nil && b.addr == 0 }

// OnHost tells whether Floats may be called.
func (b Buffer) OnHost() bool { return b.floats != nil || b.n == 0 }

// Floats returns the values without copying them, nil of no buffer. It panics if
// they are on another device: Backend.Read fetches those.
func (b Buffer) Floats() []float32 {
	if !b.OnHost() {
		panic(fmt.Sprintf("device: %d floats at %#x are not in the host's memory", b.n, b.addr))
	}
	return b.floats
}

// Addr returns the address on another device, 0 on the CPU.
func (b Buffer) Addr() uint64 { return b.addr }

// Slice returns the floats [from, to).
func (b Buffer) Slice(from, to int) Buffer {
	if b.floats != nil {
		return Host(b.floats[from:to:to])
	}
	if from < 0 || to < from || to > b.n {
		panic(fmt.Sprintf("device: floats %d to %d of %d", from, to, b.n))
	}
	return At(b.addr+4*uint64(from), to-from)
}

// From returns the floats from one on.
func (b Buffer) From(from int) Buffer { return b.Slice(from, b.n) }

// Matrix is a row-major matrix in a buffer, with LD floats from row to row.
type Matrix struct {
	Buffer
	LD int
}
