package ops

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
)

// fuses tells whether the backend would rather have a product do more than have its
// result read again.
func (p *Pass) fuses() bool {
	_, ok := p.Backend.(device.Fusing)
	return ok
}

// gradientTo says where the product that is the gradient of x goes: to a tensor that
// is to be added to x's, or, where the backend fuses, to the gradient that x has from
// elsewhere already, and then there is none to add. Where x is an activation's output
// that nobody else reads, the product is multiplied by the derivative.
func (o *base) gradientTo(x mat.Tensor, product *device.Product) *Tensor {
	t := Of(x)
	if o.p.fuses() && t.param == nil && t.grad != nil {
		product.Acc, product.C = true, t.grad.matrix()
		return nil
	}
	dx := o.p.alloc(t.rows, t.cols)
	product.C = dx.matrix()
	if o.p.fuses() && !t.slope.None() && t.uses == 1 && len(product.More) == 0 {
		product.Then.Times, t.sloped = device.Matrix{Buffer: t.slope, LD: t.cols}, true
	}
	return dx
}

// ownSlope is the activation's derivative where it is still to be multiplied into the
// output's gradient.
func (o *base) ownSlope(slope device.Buffer) device.Buffer {
	if o.out.sloped {
		return device.Buffer{}
	}
	return slope
}
