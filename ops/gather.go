package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/kernels"
)

// GatherAdd returns rows a[ia[t]] + b[ib[t]], [len(ia), H]; a row of a is used
// once at most, one of b any number of times, and ib[t] < 0 adds nothing. It
// panics if a row is outside.
func GatherAdd(p *Pass, a mat.Tensor, ia []int32, b mat.Tensor, ib []int32) mat.Tensor {
	at, bt := Of(a), Of(b)
	if len(ia) != len(ib) || at.cols != bt.cols {
		panic(fmt.Sprintf("ops: gather: %d rows of width %d and %d of width %d", len(ia), at.cols, len(ib), bt.cols))
	}
	for t := range ia {
		if ia[t] < 0 || int(ia[t]) >= at.rows || int(ib[t]) >= bt.rows {
			panic(fmt.Sprintf("ops: gather: rows %d of %d and %d of %d", ia[t], at.rows, ib[t], bt.rows))
		}
	}
	return p.run(&gatherAdd{base: base{p: p, ins: []mat.Tensor{b, a}}, ia: ia, ib: ib})
}

type gatherAdd struct {
	base
	ia, ib []int32
}

func (o *gatherAdd) Forward() (mat.Tensor, error) {
	b, a := Of(o.ins[0]), Of(o.ins[1])
	h := a.cols
	y := o.p.alloc(len(o.ia), h)
	for t, i := range o.ia {
		row := y.data[t*h : (t+1)*h]
		copy(row, a.data[int(i)*h:int(i+1)*h])
		if j := int(o.ib[t]); j >= 0 {
			for e, v := range b.data[j*h : (j+1)*h] {
				row[e] += v
			}
		}
	}
	return o.forwarded(y)
}

func (o *gatherAdd) Backward(gy mat.Tensor) error {
	b, a, dy := Of(o.ins[0]), Of(o.ins[1]), Of(gy).data
	h := a.cols
	da, db := o.p.alloc(a.rows, h), o.p.alloc(b.rows, h)
	clear(da.data)
	clear(db.data)
	for t, i := range o.ia {
		copy(da.data[int(i)*h:int(i+1)*h], dy[t*h:(t+1)*h])
	}
	const width = 64
	kernels.Parallel((h+width-1)/width, func(c int) {
		lo, hi := c*width, min(h, (c+1)*width)
		for t, j := range o.ib {
			if j < 0 {
				continue
			}
			dst, src := db.data[int(j)*h+lo:int(j)*h+hi], dy[t*h+lo:t*h+hi]
			for e, v := range src {
				dst[e] += v
			}
		}
	})
	o.finish()
	o.ins[0].AccGrad(db)
	o.ins[1].AccGrad(da)
	return nil
}
