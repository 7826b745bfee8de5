package ops

import (
	"fmt"
	"slices"
	"sync"

	"github.com/lmkor/bench/kernels"
)

// Arena lends float32 buffers for activations and their gradients, and takes
// them back. It asks the runtime for memory in large slabs only, so after the
// first steps a training loop allocates none. It is safe for concurrent use.
type Arena struct {
	mu    sync.Mutex
	slabs [][]float32
	free  []block // by slab, then offset; neighbours are merged
	lent  map[*float32]block
	used  int // floats lent now
	peak  int
}

type block struct{ slab, off, n int }

const (
	slabFloats = 4 << 20 // 16 MiB
	grain      = 16      // floats: one cache line, so that rows start aligned
)

// Get lends a buffer of n floats, its contents undefined.
func (a *Arena) Get(n int) []float32 {
	if n == 0 {
		return nil
	}
	need := (n + grain - 1) / grain * grain
	a.mu.Lock()
	defer a.mu.Unlock()
	best := -1
	for i, f := range a.free {
		if f.n >= need && (best < 0 || f.n < a.free[best].n) {
			best = i
		}
	}
	if best < 0 {
		size := max(need, slabFloats)
		a.slabs = append(a.slabs, kernels.Floats(size))
		a.free = append(a.free, block{len(a.slabs) - 1, 0, size})
		best = len(a.free) - 1
	}
	f := a.free[best]
	if f.n == need {
		a.free = slices.Delete(a.free, best, best+1)
	} else {
		a.free[best] = block{f.slab, f.off + need, f.n - need}
	}
	buf := a.slabs[f.slab][f.off : f.off+n : f.off+need]
	if a.lent == nil {
		a.lent = map[*float32]block{}
	}
	a.lent[&buf[0]] = block{f.slab, f.off, need}
	a.used += need
	a.peak = max(a.peak, a.used)
	return buf
}

// GetZero lends a buffer of n zeros.
func (a *Arena) GetZero(n int) []float32 {
	buf := a.Get(n)
	clear(buf)
	return buf
}

// Put takes back a buffer that Get lent. It panics on any other.
func (a *Arena) Put(buf []float32) {
	if len(buf) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b, ok := a.lent[&buf[0]]
	if !ok {
		panic(fmt.Sprintf("ops: a buffer of %d floats that the arena did not lend", len(buf)))
	}
	delete(a.lent, &buf[0])
	a.used -= b.n
	i, _ := slices.BinarySearchFunc(a.free, b, func(x, y block) int {
		if x.slab != y.slab {
			return x.slab - y.slab
		}
		return x.off - y.off
	})
	if i < len(a.free) && a.free[i].slab == b.slab && a.free[i].off == b.off+b.n {
		b.n += a.free[i].n
		a.free = slices.Delete(a.free, i, i+1)
	}
	if i > 0 && a.free[i-1].slab == b.slab && a.free[i-1].off+a.free[i-1].n == b.off {
		a.free[i-1].n += b.n
		return
	}
	a.free = slices.Insert(a.free, i, b)
}

// Reset takes back every buffer, whoever holds it.
func (a *Arena) Reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.free = a.free[:0]
	for i, s := range a.slabs {
		a.free = append(a.free, block{i, 0, len(s)})
	}
	clear(a.lent)
	a.used = 0
}

// Bytes returns how much memory the arena holds and the most that was lent at once.
func (a *Arena) Bytes() (held, peak int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.slabs {
		held += 4 * len(s)
	}
	return held, 4 * a.peak
}
