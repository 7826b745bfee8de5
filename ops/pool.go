package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
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
	o := &pool{base: base{p: p, ins: []mat.Tensor{x}}, pairs: make([]kernels.Pair, len(pairs)), largest: largest}
	for i, q := range pairs {
		o.pairs[i] = kernels.Pair(q)
	}
	return p.run(o)
}

type pool struct {
	base
	pairs   []kernels.Pair
	largest bool
}

func (o *pool) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	y := o.p.alloc(len(o.pairs), x.cols)
	o.p.Backend.Run(&device.PoolPairs{Y: y.buf, X: x.buf, Pairs: o.pairs, Cols: x.cols, Largest: o.largest})
	return o.forwarded(y)
}

func (o *pool) Backward(gy mat.Tensor) error {
	x := Of(o.ins[0])
	dx := o.p.alloc(x.rows, x.cols)
	o.p.Backend.Run(&device.PoolPairsGrad{DX: dx.buf, DY: Of(gy).buf, X: x.buf, Pairs: o.pairs, Cols: x.cols,
		Largest: o.largest})
	o.finish()
	o.ins[0].AccGrad(dx)
	return nil
}
