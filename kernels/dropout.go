package kernels

import (
	"math"

	"github.com/lmkor/bench/internal/splitmix"

	"github.com/lmkor/bench/kernels/parallel"
)

// Dropper draws dropout decisions from a counter: whether element i is kept is
// a function of Seed, Step, Site and i alone, so neither the number of threads
// nor the order of the work changes it, and backward can draw them again.
type Dropper struct {
	Seed uint64
	Step uint64 // the optimizer step, accumulation parts counted apart
	Site uint64 // which dropout of the graph
	P    float32
}

// Apply writes x times 0 or 1/(1-P) to y; i counts from base. y may be x. With P <= 0 it
// copies. Indices count modulo 2^32. It runs on the calling goroutine.
func (d Dropper) Apply(y, x []float32, base int) {
	if d.P <= 0 {
		copy(y, x)
		return
	}
	k := d.draw(base)
	n := 0
	if l := chosen.loops; l != nil {
		if n = l.whole(len(x)); n > 0 {
			with := spareLanes.Get().(*lanes)
			d.parameters(with, base, l.lanes)
			l.rows.drop(&y[0], &x[0], n, &with[0])
			spareLanes.Put(with)
		}
	}
	k.apply(y, x, n)
}

// DropKey is what an element's decision is made from: element i is dropped if
// mix32(mix32(First+i) ^ Second) >> 1 < Limit, and else multiplied by Scale.
type DropKey struct {
	First, Second, Limit uint32
	Scale                float32
}

// Key returns d's; of P <= 0 one that keeps everything.
func (d Dropper) Key() DropKey {
	if d.P <= 0 {
		return DropKey{Scale: 1}
	}
	key := splitmix.Finish(d.Seed ^ splitmix.Finish(d.Step^splitmix.Mix(d.Site)))
	return DropKey{First: uint32(key), Second: uint32(key >> 32), Limit: uint32(float64(d.P) * (1 << 31)), Scale: 1 / (1 - d.P)}
}

// draw returns what decisions are made from, of elements that count from base.
func (d Dropper) draw(base int) draw {
	key := d.Key()
	return draw{first: key.First + uint32(base), second: key.Second, limit: key.Limit, scale: key.Scale}
}

// parameters writes what the loops want to know of it.
func (d Dropper) parameters(with *lanes, base, lanes int) {
	k := d.draw(base)
	for i, v := range []uint32{math.Float32bits(k.scale), k.first, k.second, k.limit, uint32(lanes), mixA, mixB} {
		with[i] = math.Float32frombits(v)
	}
	for i := range uint32(mostLanes) {
		with[mostLanes+i] = math.Float32frombits(i)
	}
}

// draw is what an element's decision is made from: its index is hashed with one
// half of the key, then with the other.
type draw struct {
	first, second, limit uint32
	scale                float32
}

// The factors of mix32.
const (
	mixA = 0x7feb352d
	mixB = 0x846ca68b
)

// mix32 is a bijection of 32 bits whose every output bit depends on every input
// bit: Wellons' lowbias32 (2018).
func mix32(h uint32) uint32 {
	h = (h ^ h>>16) * mixA
	h = (h ^ h>>15) * mixB
	return h ^ h>>16
}

// apply is Apply from element n on, in plain Go.
func (k draw) apply(y, x []float32, n int) {
	for i := n; i < len(x); i++ {
		if mix32(mix32(k.first+uint32(i))^k.second)>>1 < k.limit {
			y[i] = 0
		} else {
			y[i] = x[i] * k.scale
		}
	}
}

// Drop is Apply over the whole of x on the pool, from element 0.
func (d Dropper) Drop(pool *parallel.Pool, y, x []float32) {
	each(pool, len(x), func(lo, hi int) { d.Apply(y[lo:hi], x[lo:hi], lo) })
}
