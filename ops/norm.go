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
	if o.residual != nil {
		o.sum = o.keep(len(x.data))
		kernels.AddNorm(o.drop, y.data, o.sum, o.mean, o.rstd, x.data, Of(o.residual).data, Of(o.w).data, Of(o.b).data, x.rows, x.cols, o.eps)
	} else {
		kernels.LayerNorm(y.data, o.mean, o.rstd, x.data, Of(o.w).data, Of(o.b).data, x.rows, x.cols, o.eps)
	}
	return o.forwarded(y)
}

func (o *norm) Backward(gy mat.Tensor) error {
	x, dy := Of(o.ins[0]), Of(gy).data
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
	var dr *Tensor
	if o.residual == nil {
		kernels.LayerNormGrad(dx.data, dw, db, dy, x.data, o.mean, o.rstd, Of(o.w).data, x.rows, x.cols)
	} else {
		dr = o.p.alloc(x.rows, x.cols)
		kernels.AddNormGrad(o.drop, dx.data, dr.data, dw, db, dy, o.sum, o.mean, o.rstd, Of(o.w).data, x.rows, x.cols)
	}
	o.finish()
	if dr != nil {
		if o.residual.RequiresGrad() {
			o.residual.AccGrad(dr)
		} else {
			o.p.Mem.Put(dr.data)
		}
	}
	if o.ins[0].RequiresGrad() {
		o.ins[0].AccGrad(dx)
	} else {
		o.p.Mem.Put(dx.data)
	}
	return nil
}
