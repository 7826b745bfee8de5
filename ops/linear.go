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
	products := make([]kernels.Product, 0, len(o.ws))
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
		products = append(products, kernels.Product{TB: true, M: x.rows, N: wt.rows, K: x.cols,
			A: x.data, LDA: x.cols, B: wt.data, LDB: x.cols, C: z[at:], LDC: o.out_, Then: then})
		at += wt.rows
	}
	o.p.gemms(products...)
	return o.forwarded(y)
}

func (o *linear) Backward(gy mat.Tensor) error {
	x, dy := Of(o.x), Of(gy).data
	var dx *Tensor
	if o.x.RequiresGrad() {
		dx = o.p.alloc(x.rows, x.cols)
	}
	at := 0
	for i, w := range o.ws {
		wt := Of(w)
		var slope []float32
		if o.act != kernels.Identity {
			slope = o.slope[at:]
		}
		slopeBiasGrad(o.bs[i], dy[at:], slope, x.rows, wt.rows, o.out_)
		products := o.p.weightGradient(w, kernels.Product{M: wt.rows, N: x.cols, K: x.rows,
			A: dy[at:], LDA: o.out_, B: x.data, LDB: x.cols})
		if dx != nil {
			products = append(products, kernels.Product{M: x.rows, N: x.cols, K: wt.rows,
				A: dy[at:], LDA: o.out_, B: wt.data, LDB: x.cols, Acc: i > 0, C: dx.data, LDC: x.cols})
		}
		o.p.gemms(products...)
		at += wt.rows
	}
	o.finish()
	if dx != nil {
		o.x.AccGrad(dx)
	}
	return nil
}

// slopeBiasGrad multiplies dy by the activation's derivative, if there is one,
// and adds its rows to the gradient of bias b, if it has one: see
// kernels.SlopeBiasGrad.
func slopeBiasGrad(b *nn.Param, dy, slope []float32, rows, cols, ld int) {
	var db []float32
	if b != nil {
		var acc bool
		if db, acc = paramGradOf(b); db != nil && !acc {
			clear(db)
		}
	}
	if db != nil || slope != nil {
		kernels.SlopeBiasGrad(db, dy, slope, rows, cols, ld)
	}
}
