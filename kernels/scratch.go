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
