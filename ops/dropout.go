package ops

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// Dropout zeroes each element of x with the given probability and scales the
// others by 1/(1-rate). Outside training it returns x.
func Dropout(p *Pass, x mat.Tensor, rate float32) mat.Tensor {
	d := p.drop(rate)
	if d.P <= 0 {
		return x
	}
	return p.run(&dropout{base: base{p: p, ins: []mat.Tensor{x}}, drop: d})
}

type dropout struct {
	base
	drop kernels.Dropper
}

func (o *dropout) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	y := o.p.alloc(x.rows, x.cols)
	o.p.Backend.Run(&device.Drop{Y: y.buf, X: x.buf, Drop: o.drop})
	return o.forwarded(y)
}

func (o *dropout) Backward(gy mat.Tensor) error {
	x := Of(o.ins[0])
	dx := o.p.alloc(x.rows, x.cols)
	o.p.Backend.Run(&device.Drop{Y: dx.buf, X: Of(gy).buf, Drop: o.drop})
	o.finish()
	o.ins[0].AccGrad(dx)
	return nil
}
