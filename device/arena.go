package device

import (
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/lmkor/bench/kernels"
)

// arena lends float32 buffers for activations and their gradients, and takes
// them back. It asks the runtime for memory in slabs, so after the first steps a
// training loop allocates none. It is safe for concurrent use.
//
// Batches differ in length, and each that is larger than all before it needs
// more. What it needs beyond the first slab it gets in slabs of its own; once
// nothing is lent, all are replaced by one of the size that was needed. A hole
// in one slab can't be joined to a hole in another: kept, they would grow to a
// multiple of what is ever lent at once.
type arena struct {
	mu    sync.Mutex
	slabs [][]float32
	free  []block // by slab, then offset; neighbours are merged
	lent  map[*float32]block
	used  int // floats lent now
	peak  int // the most that was lent at once
	held  int // floats in slabs
	most  int // the most that was held
	sized int // the peak when the slabs were last joined
}

type block struct{ slab, off, n int }

const (
	slabFloats = 512 << 10 // the least that is asked for: 2 MiB, a large page
	grain      = 16        // floats: one cache line, so that rows start aligned
)

// get lends a buffer of n floats, its contents undefined.
func (a *arena) get(n int) []float32 {
	if n == 0 {
		return nil
	}
	need := roundUp(n, grain)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used == 0 && len(a.slabs) > 1 {
		a.join()
	}
	best := a.fit(need)
	if best < 0 {
		a.grow(max(need, slabFloats, min(a.held/16, 16*slabFloats)))
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

func roundUp(n, step int) int { return (n + step - 1) / step * step }

// fit returns the smallest free block of at least so many floats, or -1.
func (a *arena) fit(need int) int {
	best := -1
	for i, f := range a.free {
		if f.n >= need && (best < 0 || f.n < a.free[best].n) {
			best = i
		}
	}
	return best
}

// grow adds a slab.
func (a *arena) grow(floats int) {
	a.slabs = append(a.slabs, kernels.Floats(floats))
	a.free = append(a.free, block{len(a.slabs) - 1, 0, floats})
	a.held += floats
	a.most = max(a.most, a.held)
}

// join replaces the slabs, of which nothing is lent, by one. It has room for the
// peak, and a little for holes; where that was not enough, the holes' share grows.
func (a *arena) join() {
	size := a.peak + a.peak/32
	if a.sized == a.peak {
		size = max(size, len(a.slabs[0])+len(a.slabs[0])/50)
	}
	a.sized = a.peak
	clear(a.slabs)
	a.slabs, a.free, a.held = a.slabs[:0], a.free[:0], 0
	if size > 16*slabFloats {
		debug.FreeOSMemory() // or the old ones would be there beside the new one for long
	}
	a.grow(roundUp(size, slabFloats))
}

// zeros lends a buffer of n zeros.
func (a *arena) zeros(n int) []float32 {
	buf := a.get(n)
	clear(buf)
	return buf
}

// put takes back a buffer that get lent. It panics on any other.
func (a *arena) put(buf []float32) {
	if len(buf) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b, ok := a.lent[&buf[0]]
	if !ok {
		panic(fmt.Sprintf("device: a buffer of %d floats that the arena did not lend", len(buf)))
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

// reset takes back every buffer, whoever holds it.
func (a *arena) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.free = a.free[:0]
	for i, s := range a.slabs {
		a.free = append(a.free, block{i, 0, len(s)})
	}
	clear(a.lent)
	a.used = 0
}

// bytes returns the most memory that the arena has held, and the most that was
// lent at once.
func (a *arena) bytes() (held, peak int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return 4 * a.most, 4 * a.peak
}

// count returns how many buffers are lent.
func (a *arena) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.lent)
}
