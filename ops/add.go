package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// Add computes residual + Dropout(x), the end of every block of a pre-norm
// transformer; x and residual are [T, H] and may be the same tensor.
func Add(p *Pass, x, residual mat.Tensor, dropout float32) mat.Tensor {
	return p.run(newAdd(p, x, residual, dropout))
}

func newAdd(p *Pass, x, residual mat.Tensor, dropout float32) *add {
	if Of(x).rows != Of(residual).rows || Of(x).cols != Of(residual).cols {
		panic(fmt.Sprintf("ops: add: %v onto %v", Of(x).Shape(), Of(residual).Shape()))
	}
	return &add{base: base{p: p, ins: []mat.Tensor{x, residual}}, drop: p.drop(dropout)}
}

type add struct {
	base
	drop   kernels.Dropper
	normed bool    // the norm behind computes it: see SumNorm
	dx     *Tensor // x's gradient, where the norm behind has made it
}

func (o *add) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	y := o.p.alloc(x.rows, x.cols)
	if o.normed {
		return o.forwarded(y)
	}
	o.p.Backend.Run(&device.Drop{Y: y.buf, X: x.buf, Residual: Of(o.ins[1]).buf, Drop: o.drop})
	return o.forwarded(y)
}

func (o *add) Backward(gy mat.Tensor) error {
	dx := o.dx
	if x := Of(o.ins[0]); dx == nil && o.ins[0].RequiresGrad() {
		dx = o.p.alloc(x.rows, x.cols)
		o.p.Backend.Run(&device.Drop{Y: dx.buf, X: Of(gy).buf, Drop: o.drop})
	}
	g := o.passOnGrad()
	o.finish()
	o.addGrad(o.ins[1], g)
	if dx != nil {
		o.addGrad(o.ins[0], dx)
	}
	return nil
}

// passOnGrad is the output's gradient for an operand to have as a whole: finish
// will not return it to the backend.
func (o *base) passOnGrad() *Tensor {
	g := o.out.grad
	o.out.grad = nil
	return g
}

// Through returns x once more, without a copy. It splits the consumers of a
// tensor that many operators read, as the layers of a decoder read the
// encoder's output: each link of a chain has two, its reader and the next link,
// and the gradients are summed in the chain's order.
func Through(p *Pass, x mat.Tensor) mat.Tensor {
	if !p.Grad {
		return x
	}
	return p.run(&through{base{p: p, ins: []mat.Tensor{x}}})
}

type through struct{ base }

func (o *through) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	return o.forwarded(&Tensor{rows: x.rows, cols: x.cols, buf: x.buf, pass: o.p})
}

func (o *through) Backward(mat.Tensor) error {
	g := o.passOnGrad()
	o.out.buf = device.Buffer{} // the values are the operand's
	o.ins[0].AccGrad(g)
	return nil
}
