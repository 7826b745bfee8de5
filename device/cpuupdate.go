package device

import (
	"math"
	"sync/atomic"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// chunk is a range of one thread's work: the elements of a buffer, or where only
// some rows count the entries of their list, from from on to to. Small
// parameters, of which a model has many, go side by side.
type chunk struct {
	of       int // which buffer
	from, to int
}

// chunkSize is the number of elements of a chunk: a few microseconds' work. It is
// fixed, for the order of Squares' sums depends on it.
const chunkSize = 16384

// updateSize is the number of elements that are updated before they are looked at: they
// are in the first cache then.
const updateSize = 1024

// inChunks appends the chunks of a buffer of n floats, or of so many rows, to all.
func inChunks(all []chunk, of, n int, sparse bool, rows, cols int) []chunk {
	step := chunkSize
	if sparse {
		n, step = rows, max(1, chunkSize/cols)
	}
	for from := 0; from < n; from += step {
		all = append(all, chunk{of, from, min(n, from+step)})
	}
	return all
}

func update(pool *parallel.Pool, o *AdamW) {
	o.chunks, o.Broken = o.chunks[:0], -1
	scale, ok := o.factor()
	if !ok {
		return
	}
	for i := range o.Updates {
		u := &o.Updates[i]
		u.With.Rescale(scale)
		if u.Sparse && u.DecayOthers != 0 {
			kernels.DecayOthers(pool, u.P.Floats(), u.Cols, u.Rows, u.DecayOthers)
		}
		o.chunks = inChunks(o.chunks, i, u.P.Len(), u.Sparse, len(u.Rows), u.Cols)
	}
	var broken lowest
	pool.For(len(o.chunks), func(i int) {
		if p := o.chunks[i]; !o.Updates[p.of].run(p.from, p.to) {
			broken.add(p.of)
		}
	})
	o.Broken = broken.get()
}

// run updates one chunk and tells whether it is finite, while it is near.
func (u *Update) run(lo, hi int) bool {
	p, m, v, g := u.P.Floats(), u.M.Floats(), u.V.Floats(), u.G.Floats()
	if !u.Sparse {
		finite := true
		for ; lo < hi; lo += updateSize {
			end := min(hi, lo+updateSize)
			u.With.Update(p[lo:end], m[lo:end], v[lo:end], g[lo:end])
			finite = kernels.Finite(p[lo:end]) && finite
		}
		return finite
	}
	rows := u.Rows[lo:hi]
	u.With.UpdateRows(p, m, v, g, u.Cols, rows)
	for _, r := range rows {
		if !kernels.Finite(p[int(r)*u.Cols : (int(r)+1)*u.Cols]) {
			return false
		}
	}
	return true
}

func squares(pool *parallel.Pool, o *Squares) {
	o.chunks, o.Sum = o.chunks[:0], 0
	for i, p := range o.Parts {
		if p.Known != nil {
			o.Sum += *p.Known
			continue
		}
		o.chunks = inChunks(o.chunks, i, p.X.Len(), p.Sparse, len(p.Rows), p.Cols)
	}
	if len(o.sums) < len(o.chunks) {
		o.sums = make([]float64, len(o.chunks))
	}
	pool.For(len(o.chunks), func(i int) {
		p := o.chunks[i]
		o.sums[i] = o.Parts[p.of].squares(p.from, p.to)
	})
	for _, s := range o.sums[:len(o.chunks)] {
		o.Sum += s
	}
	if math.IsInf(o.Sum, 1) { // some float32 sum is beyond a float32, from norms of 1e19 on
		o.Sum = o.inFloat64()
	}
}

// inFloat64 is the sum of the squares of all parts, one after the other.
func (o *Squares) inFloat64() (total float64) {
	for _, p := range o.Parts {
		x, rows := p.X.Floats(), p.Rows
		if !p.Sparse {
			p.Cols, rows = len(x), []int32{0}
		}
		for _, r := range rows {
			for _, v := range x[int(r)*p.Cols : (int(r)+1)*p.Cols] {
				total += float64(v) * float64(v)
			}
		}
	}
	return total
}

func (p *Part) squares(lo, hi int) float64 {
	x := p.X.Floats()
	if !p.Sparse {
		return kernels.SumSquares(x[lo:hi])
	}
	var total float64
	for _, r := range p.Rows[lo:hi] {
		total += kernels.SumSquares(x[int(r)*p.Cols : (int(r)+1)*p.Cols])
	}
	return total
}

func finite(pool *parallel.Pool, x []float32) bool {
	var broken lowest
	pool.For((len(x)+chunkSize-1)/chunkSize, func(i int) {
		if !kernels.Finite(x[i*chunkSize : min(len(x), (i+1)*chunkSize)]) {
			broken.add(i)
		}
	})
	return broken.get() < 0
}

// lowest is the lowest of the numbers that several goroutines add, so that it does
// not depend on their order.
type lowest struct{ left atomic.Int64 } // MaxInt64 less the number

func (l *lowest) add(i int) {
	n := math.MaxInt64 - int64(i)
	for old := l.left.Load(); n > old; old = l.left.Load() {
		if l.left.CompareAndSwap(old, n) {
			return
		}
	}
}

// get returns the number, -1 if there is none.
func (l *lowest) get() int {
	if left := l.left.Load(); left > 0 {
		return int(math.MaxInt64 - left)
	}
	return -1
}
