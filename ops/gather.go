package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
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
	y := o.p.alloc(len(o.ia), a.cols)
	o.p.Backend.Run(&device.Gather{Y: y.buf, Lookups: []device.Lookup{{Table: a.buf, IDs: o.ia}, {Table: b.buf,
		IDs: o.ib}}, Cols: a.cols})
	return o.forwarded(y)
}

func (o *gatherAdd) Backward(gy mat.Tensor) error {
	b, a, dy := Of(o.ins[0]), Of(o.ins[1]), Of(gy)
	da, db := o.p.alloc(a.rows, a.cols), o.p.alloc(b.rows, b.cols)
	o.p.Backend.Run(
		&device.Scatter{Dst: da.buf, IDs: o.ia, Src: dy.buf, Cols: a.cols},
		&device.Clear{X: db.buf},
		&device.ScatterAdd{Dst: db.buf, IDs: o.ib, Skip: -1, Src: dy.buf, Cols: a.cols},
	)
	o.finish()
	o.ins[0].AccGrad(db)
	o.ins[1].AccGrad(da)
	return nil
}
