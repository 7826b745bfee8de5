package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// Conv1D computes act(x·W + b): x is [T, in], w [in, out] as GPT-2's checkpoints
// store it, b [1, out]. It panics if shapes differ.
func Conv1D(p *Pass, x mat.Tensor, act kernels.Act, w, b *nn.Param) mat.Tensor {
	if xt, wt := Of(x), Of(w); xt.cols != wt.rows || Of(b).Size() != wt.cols {
		panic(fmt.Sprintf("ops: conv1d: weight %dx%d and bias of %d for an input of width %d", wt.rows, wt.cols, Of(b).Size(), xt.cols))
	}
	return p.run(&conv1d{base: base{p: p, ins: []mat.Tensor{w, b, x}}, x: x, w: w, b: b, act: act})
}

type conv1d struct {
	base
	x     mat.Tensor
	w, b  *nn.Param
	act   kernels.Act
	slope []float32 // the activation's derivative, where there is one
}

func (o *conv1d) Forward() (mat.Tensor, error) {
	x, w := Of(o.x), Of(o.w)
	y := o.p.alloc(x.rows, w.cols)
	z := y.data
	activate := kernels.ActivateRow
	if o.act != kernels.Identity && o.p.Grad {
		o.slope = o.keep(len(z))
		z, activate = o.slope, kernels.ActivateSlopeRow
	}
	bias := Of(o.b).data
	o.p.gemmThen(false, false, x.rows, w.cols, x.cols, x.data, x.cols, w.data, w.cols, false, z, w.cols, func(i, rows, j, cols int) {
		for r := i; r < i+rows; r++ {
			from := r*w.cols + j
			activate(o.act, y.data[from:from+cols], z[from:from+cols], bias[j:j+cols])
		}
	})
	return o.forwarded(y)
}

func (o *conv1d) Backward(gy mat.Tensor) error {
	x, w, dy := Of(o.x), Of(o.w), Of(gy).data
	db, more := paramGradOf(o.b)
	if db != nil && !more {
		clear(db)
	}
	if db != nil || o.act != kernels.Identity {
		kernels.SlopeBiasGrad(db, dy, o.slope, x.rows, w.cols, w.cols)
	}
	if dw, acc := paramGradOf(o.w); dw != nil {
		o.p.gemm(true, false, x.cols, w.cols, x.rows, x.data, x.cols, dy, w.cols, acc, dw, w.cols)
	}
	if !o.x.RequiresGrad() {
		o.finish()
		return nil
	}
	dx := o.p.alloc(x.rows, x.cols)
	o.p.gemm(false, true, x.rows, x.cols, w.cols, dy, w.cols, w.data, w.cols, false, dx.data, x.cols)
	o.finish()
	o.x.AccGrad(dx)
	return nil
}

func (o *conv1d) cost() (string, float64, float64) {
	x, w := Of(o.x), Of(o.w)
	n, in, out := float64(x.rows), float64(x.cols), float64(w.cols)
	return "linear", 2 * n * in * out, 4 * (n*in + in*out + n*out)
}
