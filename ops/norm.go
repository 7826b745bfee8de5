package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// LayerNorm normalises each row of x, [T, H], and scales and shifts it by w and
// b, [1, H].
func LayerNorm(p *Pass, x mat.Tensor, w, b *nn.Param, eps float32) mat.Tensor {
	checkNorm(x, w, b)
	return p.run(&norm{base: base{p: p, ins: []mat.Tensor{x, w, b}}, w: w, b: b, call: device.Norm{Eps: eps}})
}

// AddNorm computes LayerNorm(residual + Dropout(x)), the end of every block of
// a post-norm transformer, x and residual [T, H].
func AddNorm(p *Pass, x, residual mat.Tensor, w, b *nn.Param, eps, dropout float32) mat.Tensor {
	checkNorm(x, w, b)
	if Of(x).rows != Of(residual).rows || Of(x).cols != Of(residual).cols {
		panic(fmt.Sprintf("ops: addnorm: %v onto %v", Of(x).Shape(), Of(residual).Shape()))
	}
	return p.run(&norm{base: base{p: p, ins: []mat.Tensor{x, residual, w, b}}, residual: residual, w: w, b: b,
		call: device.Norm{Eps: eps, Drop: p.drop(dropout)}})
}

// SumNorm computes sum = residual + Dropout(x), the end of a block of a pre-norm
// transformer, and normed, its LayerNorm, the beginning of the next: x and residual are
// [T, H]. Both are one call, forward and backward, where the sum's gradient from elsewhere
// is added and goes on.
func SumNorm(p *Pass, x, residual mat.Tensor, w, b *nn.Param, eps, dropout float32) (sum, normed mat.Tensor) {
	checkNorm(x, w, b)
	of := newAdd(p, x, residual, dropout)
	of.normed = true
	sum = p.run(of)
	return sum, p.run(&norm{base: base{p: p, ins: []mat.Tensor{sum, w, b}}, of: of, w: w, b: b,
		call: device.Norm{Eps: eps, Drop: of.drop}})
}

func checkNorm(x mat.Tensor, w, b *nn.Param) {
	if h := Of(x).cols; Of(w).Size() != h || Of(b).Size() != h {
		panic(fmt.Sprintf("ops: layer norm: weight of %d and bias of %d for width %d", Of(w).Size(), Of(b).Size(), h))
	}
}

type norm struct {
	base
	residual mat.Tensor // nil in a plain layer norm
	of       *add       // computed with it: see SumNorm
	added    bool       // and backward, the sum had a gradient from elsewhere
	w, b     *nn.Param
	call     device.Norm
}

func (o *norm) Forward() (mat.Tensor, error) {
	x, c := Of(o.ins[0]), &o.call
	y := o.p.alloc(x.rows, x.cols)
	c.Mean, c.RStd = o.keep(x.rows), o.keep(x.rows)
	c.Y, c.X, c.S, c.W, c.B, c.Rows, c.Cols = y.buf, x.buf, x.buf, Of(o.w).buf, Of(o.b).buf, x.rows, x.cols
	if o.residual != nil {
		c.S, c.Residual = o.keep(x.Size()), Of(o.residual).buf
	}
	if o.of != nil {
		c.X, c.Residual = Of(o.of.ins[0]).buf, Of(o.of.ins[1]).buf
	}
	o.p.Backend.Run(c)
	return o.forwarded(y)
}

func (o *norm) Backward(gy mat.Tensor) error {
	x, c := Of(o.ins[0]), &o.call
	dx := o.p.alloc(x.rows, x.cols)
	g := device.NormGrad{DX: dx.buf, DY: Of(gy).buf, S: c.S, Mean: c.Mean, RStd: c.RStd, W: c.W, Rows: c.Rows,
		Cols: c.Cols, Drop: c.Drop}
	g.DW, g.AccW = paramGradOf(o.w)
	g.DB, g.AccB = paramGradOf(o.b)
	var dr *Tensor
	switch {
	case o.residual != nil:
		dr = o.p.alloc(x.rows, x.cols)
		g.DResidual = dr.buf
	case o.of != nil && o.p.back && o.ins[0].RequiresGrad():
		if o.added = x.grad != nil; !o.added {
			x.grad = o.p.alloc(x.rows, x.cols)
		}
		g.AccResidual = o.added
		g.DResidual, o.of.dx = x.grad.buf, dx
	}
	o.p.Backend.Run(&g)
	o.finish()
	if o.of != nil && o.of.dx != nil {
		return nil
	}
	if dr != nil {
		o.addGrad(o.residual, dr)
	}
	o.addGrad(o.ins[0], dx)
	return nil
}

// addGrad adds gradient g to that of x, or returns it to the backend where x needs
// none.
func (o *base) addGrad(x mat.Tensor, g *Tensor) {
	if x.RequiresGrad() {
		x.AccGrad(g)
		return
	}
	o.p.Backend.Put(g.buf)
}
