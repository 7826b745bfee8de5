package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// Conv1D computes act(x·W + b): x is [T, in], w [in, out] as GPT-2's checkpoints
// store it, b [1, out]. It panics if shapes differ.
func Conv1D(p *Pass, x mat.Tensor, act kernels.Act, w, b *nn.Param) mat.Tensor {
	if xt, wt := Of(x), Of(w); xt.cols != wt.rows || Of(b).Size() != wt.cols {
		panic(fmt.Sprintf("ops: conv1d: weight %dx%d and bias of %d for an input of width %d", wt.rows, wt.cols,
			Of(b).Size(), xt.cols))
	}
	return p.run(&conv1d{base: base{p: p, ins: []mat.Tensor{w, b, x}}, x: x, w: w, b: b, act: act})
}

type conv1d struct {
	base
	x     mat.Tensor
	w, b  *nn.Param
	act   kernels.Act
	slope device.Buffer // the activation's derivative, where there is one
}

func (o *conv1d) Forward() (mat.Tensor, error) {
	x, w := Of(o.x), Of(o.w)
	y := o.p.alloc(x.rows, w.cols)
	o.slope = o.keepSlope(o.act, y)
	y.slope = o.slope
	c, then := epilogue(o.act, o.b, y.matrix(), o.slope, 0)
	o.p.multiply(device.Product{M: x.rows, N: w.cols, K: x.cols, A: x.matrix(), B: w.matrix(), C: c, Then: then})
	return o.forwarded(y)
}

func (o *conv1d) Backward(gy mat.Tensor) error {
	x, w, dy := Of(o.x), Of(o.w), Of(gy)
	product := device.Product{M: x.cols, N: w.cols, K: x.rows, A: x.matrix(), B: dy.matrix()}
	if slope := o.ownSlope(o.slope); slope.None() && w.needsGrad {
		product.Sums, product.AccSums = paramGradOf(o.b)
		product.SumsOfB = true
	} else {
		o.slopeBiasGrad(o.b, dy, slope, 0, w.cols)
	}
	products := o.p.weightGradient(o.w, product)
	var dx *Tensor
	if o.x.RequiresGrad() {
		product := device.Product{TB: true, M: x.rows, N: x.cols, K: w.cols, A: dy.matrix(), B: w.matrix()}
		dx = o.gradientTo(o.x, &product)
		products = append(products, product)
	}
	o.p.multiply(products...)
	o.finish()
	if dx != nil {
		o.x.AccGrad(dx)
	}
	return nil
}
