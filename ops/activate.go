package ops

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// Activate returns act(x), elementwise. Behind a layer, the layer does it.
func Activate(p *Pass, x mat.Tensor, act kernels.Act) mat.Tensor {
	if act == kernels.Identity {
		return x
	}
	return p.run(&activated{base: base{p: p, ins: []mat.Tensor{x}}, act: act})
}

type activated struct {
	base
	act   kernels.Act
	slope device.Buffer
}

func (o *activated) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	y := o.p.alloc(x.rows, x.cols)
	from := x.buf
	if o.slope = o.keepSlope(o.act, y); !o.slope.None() {
		from = o.slope
		o.p.Backend.Run(&device.Copy{Y: from, X: x.buf})
	}
	o.p.Backend.Run(&device.Activation{Act: o.act, Y: y.buf, X: from, Slope: !o.slope.None()})
	return o.forwarded(y)
}

func (o *activated) Backward(gy mat.Tensor) error {
	x := Of(o.ins[0])
	dx := o.p.alloc(x.rows, x.cols)
	o.p.Backend.Run(&device.Copy{Y: dx.buf, X: Of(gy).buf})
	o.slopeBiasGrad(nil, dx, o.slope, 0, x.cols)
	o.finish()
	o.ins[0].AccGrad(dx)
	return nil
}

func (o *activated) name() string { return "activation" }
