package kernels

import "sync"

// lent keeps packing buffers between products: the garbage collector would
// empty a sync.Pool, and each step would map its pages anew.
var lent struct {
	sync.Mutex
	free [][]float32
}

// borrow returns n floats of any value.
func borrow(n int) []float32 {
	lent.Lock()
	var b []float32
	if last := len(lent.free) - 1; last >= 0 {
		b = lent.free[last]
		lent.free = lent.free[:last]
	}
	lent.Unlock()
	if cap(b) < n {
		b = Floats(n)
	}
	return b[:n]
}

// giveBack ends a loan.
func giveBack(b []float32) {
	lent.Lock()
	lent.free = append(lent.free, b)
	lent.Unlock()
}

// room is what a product on one goroutine needs. Attention has thousands of them
// on all threads at once, which would wait for each other at lent's lock.
type room struct{ buf []float32 }

// rooms lends them: what the collector takes is small, and soon there again.
var rooms = sync.Pool{New: func() any { return new(room) }}

// of returns n floats of any value.
func (r *room) of(n int) []float32 {
	if cap(r.buf) < n {
		r.buf = Floats(n)
	}
	return r.buf[:n]
}
