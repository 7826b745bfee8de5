package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/kernels"
)

// Pair names two rows that become one; both may be the same row.
type Pair struct{ A, B int32 }

// PoolPairs returns a row for each pair: the mean of its two rows of x, [T, H],
// or, with largest, their maxima, of equal ones the first's. A row of x belongs
// to one pair at most. It panics if a row is outside x.
func PoolPairs(p *Pass, x mat.Tensor, pairs []Pair, largest bool) mat.Tensor {
	for _, q := range pairs {
		if t := Of(x).rows; q.A < 0 || q.B < 0 || int(q.A) >= t || int(q.B) >= t {
			panic(fmt.Sprintf("ops: pool: rows %d and %d of %d", q.A, q.B, t))
		}
	}
	return p.run(&pool{base: base{p: p, ins: []mat.Tensor{x}}, pairs: pairs, largest: largest})
}

type pool struct {
	base
	pairs   []Pair
	largest bool
}

// eachPair calls f with every pair's rows in the wide matrix and in the narrow one.
func (o *pool) eachPair(wide, narrow []float32, h int, f func(q Pair, a, b, y []float32)) {
	kernels.Parallel(chunks(len(o.pairs)), func(c int) {
		for r := c * rowChunk; r < min(len(o.pairs), (c+1)*rowChunk); r++ {
			q := o.pairs[r]
			f(q, wide[int(q.A)*h:int(q.A+1)*h], wide[int(q.B)*h:int(q.B+1)*h], narrow[r*h:(r+1)*h])
		}
	})
}

func (o *pool) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	y := o.p.alloc(len(o.pairs), x.cols)
	o.eachPair(x.data, y.data, x.cols, func(_ Pair, a, b, y []float32) {
		if o.largest {
			for i, v := range a {
				y[i] = max(v, b[i])
			}
			return
		}
		for i, v := range a {
			y[i] = (v + b[i]) / 2
		}
	})
	return o.forwarded(y)
}

func (o *pool) Backward(gy mat.Tensor) error {
	x := Of(o.ins[0])
	dx := o.p.alloc(x.rows, x.cols)
	clear(dx.data)
	o.eachPair(dx.data, Of(gy).data, x.cols, func(q Pair, da, db, dy []float32) {
		switch {
		case q.A == q.B:
			copy(da, dy)
		case o.largest:
			a, b := x.data[int(q.A)*x.cols:int(q.A+1)*x.cols], x.data[int(q.B)*x.cols:int(q.B+1)*x.cols]
			for i, d := range dy {
				if b[i] > a[i] {
					db[i] = d
				} else {
					da[i] = d
				}
			}
		default:
			for i, d := range dy {
				da[i], db[i] = d/2, d/2
			}
		}
	})
	o.finish()
	o.ins[0].AccGrad(dx)
	return nil
}
