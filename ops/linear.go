package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// Linear computes act(x·Wᵀ + b): x is [T, in], each w [out, in] as Hugging Face
// stores it, each b [1, out] or nil. Several weights give their outputs side by
// side, [T, out1+out2+…], so that Q, K and V are one operator with one input.
// It panics if shapes differ.
func Linear(p *Pass, x mat.Tensor, act kernels.Act, ws, bs []*nn.Param) mat.Tensor {
	in := Of(x).cols
	o := &linear{base: base{p: p, ins: []mat.Tensor{x}}, x: x, act: act, ws: ws, bs: bs}
	for i, w := range ws {
		wt := Of(w)
		if wt.cols != in {
			panic(fmt.Sprintf("ops: linear: weight %dx%d for an input of width %d", wt.rows, wt.cols, in))
		}
		o.ins = append(o.ins, w)
		if bs[i] != nil {
			if Of(bs[i]).Size() != wt.rows {
				panic(fmt.Sprintf("ops: linear: bias of %d for %d outputs", Of(bs[i]).Size(), wt.rows))
			}
			o.ins = append(o.ins, bs[i])
		}
		o.out_ += wt.rows
	}
	return p.run(o)
}

type linear struct {
	base
	x      mat.Tensor
	act    kernels.Act
	ws, bs []*nn.Param
	out_   int       // width of the output
	slope  []float32 // the activation's derivative, where there is one
}

func (o *linear) Forward() (mat.Tensor, error) {
	x := Of(o.x)
	y := o.p.alloc(x.rows, o.out_)
	z := y.data
	activate := kernels.ActivateRow
	if o.act != kernels.Identity && o.p.Grad {
		o.slope = o.keep(len(z))
		z, activate = o.slope, kernels.ActivateSlopeRow
	}
	at := 0
	for i, w := range o.ws {
		wt := Of(w)
		var then func(i, rows, j, cols int)
		if o.bs[i] != nil || o.act != kernels.Identity {
			z, y, b := z[at:], y.data[at:], o.bs[i]
			then = func(i, rows, j, cols int) {
				var bias []float32
				if b != nil {
					bias = Of(b).data[j : j+cols]
				}
				for r := i; r < i+rows; r++ {
					from := r*o.out_ + j
					activate(o.act, y[from:from+cols], z[from:from+cols], bias)
				}
			}
		}
		o.p.gemmThen(false, true, x.rows, wt.rows, x.cols, x.data, x.cols, wt.data, x.cols, false, z[at:], o.out_, then)
		at += wt.rows
	}
	return o.forwarded(y)
}

func (o *linear) Backward(gy mat.Tensor) error {
	x, dy := Of(o.x), Of(gy).data
	at := 0
	for i, w := range o.ws {
		wt := Of(w)
		var db []float32
		if o.bs[i] != nil {
			var acc bool
			if db, acc = paramGradOf(o.bs[i]); db != nil && !acc {
				clear(db)
			}
		}
		if db != nil || o.act != kernels.Identity {
			var slope []float32
			if o.act != kernels.Identity {
				slope = o.slope[at:]
			}
			kernels.SlopeBiasGrad(db, dy[at:], slope, x.rows, wt.rows, o.out_)
		}
		if dw, acc := paramGradOf(w); dw != nil {
			o.p.gemm(true, false, wt.rows, x.cols, x.rows, dy[at:], o.out_, x.data, x.cols, acc, dw, x.cols)
		}
		at += wt.rows
	}
	if !o.x.RequiresGrad() {
		o.finish()
		return nil
	}
	dx := o.p.alloc(x.rows, x.cols)
	at = 0
	for i, w := range o.ws {
		wt := Of(w)
		o.p.gemm(false, false, x.rows, x.cols, wt.rows, dy[at:], o.out_, wt.data, x.cols, i > 0, dx.data, x.cols)
		at += wt.rows
	}
	o.finish()
	o.x.AccGrad(dx)
	return nil
}
