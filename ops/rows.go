package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
)

// Rows gathers the given rows of x, [T, H], in the given order: [len(idx), H].
// No row may be named twice. It panics if one is outside x.
func Rows(p *Pass, x mat.Tensor, idx []int32) mat.Tensor {
	for _, r := range idx {
		if r < 0 || int(r) >= Of(x).rows {
			panic(fmt.Sprintf("ops: row %d of %d", r, Of(x).rows))
		}
	}
	return p.run(&rows{base: base{p: p, ins: []mat.Tensor{x}}, idx: idx})
}

type rows struct {
	base
	idx []int32
}

func (o *rows) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	y := o.p.alloc(len(o.idx), x.cols)
	o.p.Backend.Run(&device.Gather{Y: y.buf, Lookups: []device.Lookup{{Table: x.buf, IDs: o.idx}}, Cols: x.cols})
	return o.forwarded(y)
}

func (o *rows) Backward(gy mat.Tensor) error {
	x := Of(o.ins[0])
	dx := o.p.alloc(x.rows, x.cols)
	o.p.Backend.Run(&device.Scatter{Dst: dx.buf, IDs: o.idx, Src: Of(gy).buf, Cols: x.cols})
	o.finish()
	o.ins[0].AccGrad(dx)
	return nil
}
