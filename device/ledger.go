package device

import (
	"fmt"
	"slices"
)

// Ledger keeps the books of an arena: which floats of which slab are lent. The
// memory itself is of whoever keeps it, the CPU's arena or another backend's. The
// zero value has no slabs.
//
// Batches differ in length, and each that is larger than all before it needs
// more. What it needs beyond the first slab it gets in slabs of its own; once
// nothing is lent, all are replaced by as few as can be, of the size that was
// needed. A hole in one slab can't be joined to a hole in another: kept, they
// would grow to a multiple of what is ever lent at once.
type Ledger struct {
	Largest int // the most floats of one slab; 0: any number
	// Lazy is for memory that the system gives when it is first touched, page by page.
	// Slabs that are joined then have a quarter to spare, which costs nothing until a
	// batch needs it, and only what was lent counts as held.
	Lazy bool

	slabs   []int   // the floats of each
	ends    []int   // behind the last that was lent of each
	free    []Block // by slab, then offset; neighbours are merged
	used    int     // floats lent now
	peak    int     // the most that was lent at once
	held    int     // floats in slabs, and
	touched int     // how many of them were ever lent
	most    int     // the most that was held
	sized   int     // the peak when the slabs were last joined
	joined  int     // how many slabs that left
}

// Block is N floats of a slab from Off on.
type Block struct{ Slab, Off, N int }

const (
	slabFloats = 512 << 10 // the least that is asked for: 2 MiB, a large page
	grain      = 16        // floats: one cache line, so that rows start aligned
)

// Get lends at least n floats, n > 0. Before that it calls drop if all slabs are to
// be given back, and add for each new one, whose numbers count from 0.
func (l *Ledger) Get(n int, add func(floats int), drop func()) Block {
	need := roundUp(n, grain)
	if l.Largest > 0 && need > l.Largest {
		panic(fmt.Sprintf("device: %d floats at once, and the device lends %d", n, l.Largest))
	}
	if l.used == 0 && len(l.slabs) > max(1, l.joined) {
		l.join(add, drop)
	}
	best := l.fit(need)
	if best < 0 {
		l.grow(max(need, slabFloats, min(l.held/16, 16*slabFloats)), add)
		best = len(l.free) - 1
	}
	f := l.free[best]
	if f.N == need {
		l.free = slices.Delete(l.free, best, best+1)
	} else {
		l.free[best] = Block{f.Slab, f.Off + need, f.N - need}
	}
	l.used += need
	l.peak = max(l.peak, l.used)
	if end := f.Off + need; end > l.ends[f.Slab] {
		l.touched += end - l.ends[f.Slab]
		l.ends[f.Slab] = end
		l.most = max(l.most, l.have())
	}
	return Block{f.Slab, f.Off, need}
}

func roundUp(n, step int) int { return (n + step - 1) / step * step }

// fit returns the smallest free block of at least so many floats, or -1.
func (l *Ledger) fit(need int) int {
	best := -1
	for i, f := range l.free {
		if f.N >= need && (best < 0 || f.N < l.free[best].N) {
			best = i
		}
	}
	return best
}

// grow adds a slab.
func (l *Ledger) grow(floats int, add func(int)) {
	if l.Largest > 0 {
		floats = min(floats, l.Largest)
	}
	add(floats)
	l.slabs, l.ends = append(l.slabs, floats), append(l.ends, 0)
	l.free = append(l.free, Block{len(l.slabs) - 1, 0, floats})
	l.held += floats
	l.most = max(l.most, l.have())
}

// have returns how many floats there are in the system's memory.
func (l *Ledger) have() int {
	if l.Lazy {
		return l.touched
	}
	return l.held
}

// join replaces the slabs, of which nothing is lent. There is room for the peak,
// and a little for holes; where that was not enough, the holes' share grows.
func (l *Ledger) join(add func(int), drop func()) {
	size := l.peak + l.peak/32
	if l.sized == l.peak {
		last := 0
		for _, n := range l.slabs[:max(1, l.joined)] {
			last += n
		}
		if l.Lazy {
			last = last / 5 * 4 // without what was to spare
		}
		size = max(size, last+last/50)
	}
	l.sized = l.peak
	if l.Lazy {
		size += size / 4
	}
	l.slabs, l.ends, l.free, l.held, l.touched = l.slabs[:0], l.ends[:0], l.free[:0], 0, 0
	drop()
	for l.held < size {
		l.grow(roundUp(size-l.held, slabFloats), add)
	}
	l.joined = len(l.slabs)
}

// Put takes back a block that Get lent.
func (l *Ledger) Put(b Block) {
	l.used -= b.N
	i, _ := slices.BinarySearchFunc(l.free, b, func(x, y Block) int {
		if x.Slab != y.Slab {
			return x.Slab - y.Slab
		}
		return x.Off - y.Off
	})
	if i < len(l.free) && l.free[i].Slab == b.Slab && l.free[i].Off == b.Off+b.N {
		b.N += l.free[i].N
		l.free = slices.Delete(l.free, i, i+1)
	}
	if i > 0 && l.free[i-1].Slab == b.Slab && l.free[i-1].Off+l.free[i-1].N == b.Off {
		l.free[i-1].N += b.N
		return
	}
	l.free = slices.Insert(l.free, i, b)
}

// Reset takes back every block.
func (l *Ledger) Reset() {
	l.free = l.free[:0]
	for i, n := range l.slabs {
		l.free = append(l.free, Block{i, 0, n})
	}
	l.used = 0
}

// Bytes returns the most memory that was held, and the most that was lent at once.
func (l *Ledger) Bytes() (held, peak int) { return 4 * l.most, 4 * l.peak }
