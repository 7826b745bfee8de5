package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// LayerNorm normalises each row of x, [T, H], and scales and shifts it by w and
// b, [1, H].
func LayerNorm(p *Pass, x mat.Tensor, w, b *nn.Param, eps float32) mat.Tensor {
	checkNorm(x, w, b)
	return p.run(&norm{base: base{p: p, ins: []mat.Tensor{x, w, b}}, w: w, b: b, eps: eps})
}

// AddNorm computes LayerNorm(residual + Dropout(x)), the end of every block of
// a post-norm transformer, x and residual [T, H].
func AddNorm(p *Pass, x, residual mat.Tensor, w, b *nn.Param, eps, dropout float32) mat.Tensor {
	checkNorm(x, w, b)
	if Of(x).rows != Of(residual).rows || Of(x).cols != Of(residual).cols {
		panic(fmt.Sprintf("ops: addnorm: %v onto %v", Of(x).Shape(), Of(residual).Shape()))
	}
	return p.run(&norm{base: base{p: p, ins: []mat.Tensor{x, residual, w, b}}, residual: residual, w: w, b: b, eps: eps, drop: p.drop(dropout)})
}

func checkNorm(x mat.Tensor, w, b *nn.Param) {
	if h := Of(x).cols; Of(w).Size() != h || Of(b).Size() != h {
		panic(fmt.Sprintf("ops: layer norm: weight of %d and bias of %d for width %d", Of(w).Size(), Of(b).Size(), h))
	}
}

type norm struct {
	base
	residual mat.Tensor // nil in a plain layer norm
	w, b     *nn.Param
	eps      float32
	drop     kernels.Dropper
	sum      []float32 // what is normalised; nil: the operand itself
	mean     []float32
	rstd     []float32
}

func (o *norm) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	y := o.p.alloc(x.rows, x.cols)
	o.mean, o.rstd = o.keep(x.rows), o.keep(x.rows)
	in := x.data
	if o.residual != nil {
		o.sum = o.keep(len(x.data))
		in = o.sum
		o.drop.Drop(in, x.data)
		kernels.Add(in, Of(o.residual).data)
	}
	kernels.LayerNorm(y.data, o.mean, o.rstd, in, Of(o.w).data, Of(o.b).data, x.rows, x.cols, o.eps)
	return o.forwarded(y)
}

func (o *norm) Backward(gy mat.Tensor) error {
	x, dy := Of(o.ins[0]), Of(gy).data
	in := x.data
	if o.residual != nil {
		in = o.sum
	}
	dw, accW := paramGradOf(o.w)
	db, accB := paramGradOf(o.b)
	if dw == nil || db == nil {
		// The kernel writes both: a frozen one goes to a scratch row.
		scratch := o.p.Mem.Get(2 * x.cols)
		defer o.p.Mem.Put(scratch)
		if dw == nil {
			dw, accW = scratch[:x.cols], false
		}
		if db == nil {
			db, accB = scratch[x.cols:], false
		}
	}
	if !accW {
		clear(dw)
	}
	if !accB {
		clear(db)
	}
	dx := o.p.alloc(x.rows, x.cols)
	kernels.LayerNormGrad(dx.data, dw, db, dy, in, o.mean, o.rstd, Of(o.w).data, x.rows, x.cols)
	var dr *Tensor
	if o.residual != nil && o.residual.RequiresGrad() {
		dr = o.p.alloc(x.rows, x.cols)
		copy(dr.data, dx.data)
	}
	if o.drop.P > 0 {
		o.drop.Drop(dx.data, dx.data)
	}
	o.finish()
	if dr != nil {
		o.residual.AccGrad(dr)
	}
	if o.ins[0].RequiresGrad() {
		o.ins[0].AccGrad(dx)
	} else {
		o.p.Mem.Put(dx.data)
	}
	return nil
}
