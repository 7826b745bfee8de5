package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
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
	for i, r := range o.idx {
		copy(y.data[i*x.cols:(i+1)*x.cols], x.data[int(r)*x.cols:(int(r)+1)*x.cols])
	}
	return o.forwarded(y)
}

func (o *rows) Backward(gy mat.Tensor) error {
	x, dy := Of(o.ins[0]), Of(gy).data
	dx := o.p.alloc(x.rows, x.cols)
	clear(dx.data)
	for i, r := range o.idx {
		copy(dx.data[int(r)*x.cols:(int(r)+1)*x.cols], dy[i*x.cols:(i+1)*x.cols])
	}
	o.finish()
	o.ins[0].AccGrad(dx)
	return nil
}
