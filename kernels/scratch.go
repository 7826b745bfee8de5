package kernels

import "sync"

// lent keeps packing buffers between products: the garbage collector would
// empty a sync.Pool, and each step would map its pages anew. Each participant of a
// product has buffers of its own, for with many threads one lock would be waited
// for, and a buffer lies near whoever wrote to it first.
var lent [64]lender

type lender struct {
	sync.Mutex
	free [][]float32
	_    [2 * cacheLine]byte // the next one's lock is another thread's
}

// borrow returns n floats of any value to a participant: of the buffers that are there
// the smallest that is large enough, or a new one in the place of one that is not.
func borrow(n, who int) []float32 {
	lent := &lent[who%len(lent)]
	lent.Lock()
	best := -1
	for i, b := range lent.free {
		if cap(b) >= n && (best < 0 || cap(b) < cap(lent.free[best])) {
			best = i
		}
	}
	var b []float32
	last := len(lent.free) - 1
	switch {
	case best >= 0:
		b = lent.free[best]
		lent.free[best] = lent.free[last]
		lent.free = lent.free[:last]
	case last >= 0:
		lent.free = lent.free[:last]
	}
	lent.Unlock()
	if b == nil {
		b = scratch(n + n/4) // batches differ in length, and the next may be a little longer
	}
	return b[:n]
}

// scratch is Floats, on a large page from a hundred kilobytes on: what is to stay in
// the second cache has to spread over its sets evenly, and small pages lie where
// they may. By arithmetic, of 80 of them over the sixteen kinds of place that a cache
// of 512 kB in eight ways has, every eighth lies where nine or more compete, another
// one in each process; no counter was read.
func scratch(n int) []float32 {
	if 4*n >= hugePage/16 {
		n = max(n, hugePage/4)
	}
	return Floats(n)
}

// release ends a participant's loan.
func release(b []float32, who int) {
	lent := &lent[who%len(lent)]
	lent.Lock()
	lent.free = append(lent.free, b)
	lent.Unlock()
}

// room is what a product on one goroutine needs. Attention has thousands of them
// on all threads at once, which would wait for each other at a lock.
type room struct{ buf []float32 }

// rooms lends them: what the collector takes is small, and soon there again.
var rooms = sync.Pool{New: func() any { return new(room) }}

// of returns n floats of any value.
func (r *room) of(n int) []float32 {
	if cap(r.buf) < n {
		r.buf = scratch(n)
	}
	return r.buf[:n]
}
