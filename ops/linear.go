package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
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
		o.outputs += wt.rows
	}
	return p.run(o)
}

type linear struct {
	base
	x       mat.Tensor
	act     kernels.Act
	ws, bs  []*nn.Param
	outputs int           // all weights'
	slope   device.Buffer // the activation's derivative, where there is one
}

func (o *linear) Forward() (mat.Tensor, error) {
	x := Of(o.x)
	y := o.p.alloc(x.rows, o.outputs)
	o.slope = o.keepSlope(o.act, y)
	y.slope = o.slope
	at := 0
	products := make([]device.Product, 0, len(o.ws))
	for i, w := range o.ws {
		wt := Of(w)
		c, then := epilogue(o.act, o.bs[i], y.columns(at), o.slope, at)
		products = append(products, device.Product{TB: true, M: x.rows, N: wt.rows, K: x.cols, A: x.matrix(),
			B: wt.matrix(), C: c, Then: then})
		at += wt.rows
	}
	o.p.multiply(products...)
	return o.forwarded(y)
}

// keepSlope keeps room for act's derivative beside y, if backward will need it.
func (o *base) keepSlope(act kernels.Act, y *Tensor) device.Buffer {
	if act == kernels.Identity || !o.p.Grad {
		return device.Buffer{}
	}
	return o.keep(y.Size())
}

// epilogue returns where a product that becomes y, act(product + bias), is summed
// up, and how it is finished: with slope, which begins at column at, the sum is
// there and leaves act's derivative.
func epilogue(act kernels.Act, bias *nn.Param, y device.Matrix, slope device.Buffer, at int) (device.Matrix, device.Epilogue) {
	then := device.Epilogue{Act: act}
	if bias != nil {
		then.Bias = Of(bias).buf
	}
	if slope.None() {
		return y, then
	}
	then.Slope, then.Y = true, y
	return device.Matrix{Buffer: slope.From(at), LD: y.LD}, then
}

func (o *linear) Backward(gy mat.Tensor) error {
	products, dx := o.gradients(Of(o.x), Of(gy))
	o.p.multiply(products...)
	o.finish()
	if dx != nil {
		o.x.AccGrad(dx)
	}
	return nil
}

// gradients returns the products that are the gradients of the weights and, if it is
// wanted, of x, which is a sum over the weights: dx is to be added to x's. A bias's
// gradient comes with its weight's, but where the activation's derivative has to go
// into dy first.
func (o *linear) gradients(x, dy *Tensor) (products []device.Product, dx *Tensor) {
	var toX []device.Factors
	slope, at := o.ownSlope(o.slope), 0
	for i, w := range o.ws {
		wt := Of(w)
		product := device.Product{M: wt.rows, N: x.cols, K: x.rows, A: dy.columns(at), B: x.matrix()}
		if slope.None() && wt.needsGrad && o.bs[i] != nil {
			product.Sums, product.AccSums = paramGradOf(o.bs[i])
		} else {
			o.slopeBiasGrad(o.bs[i], dy, slope, at, wt.rows)
		}
		products = append(products, o.p.weightGradient(w, product)...)
		toX = append(toX, device.Factors{K: wt.rows, A: dy.columns(at), B: wt.matrix()})
		at += wt.rows
	}
	if o.x.RequiresGrad() {
		product := device.Product{M: x.rows, N: x.cols, K: toX[0].K, A: toX[0].A, B: toX[0].B, More: toX[1:]}
		dx = o.gradientTo(o.x, &product)
		products = append(products, product)
	}
	return products, dx
}

// slopeBiasGrad multiplies columns [at, at+cols) of dy by the activation's
// derivative, if there is one, and adds their rows to the gradient of bias b, if
// it has one.
func (o *base) slopeBiasGrad(b *nn.Param, dy *Tensor, slope device.Buffer, at, cols int) {
	call := device.SlopeBiasGrad{DY: dy.columns(at), Rows: dy.rows, Cols: cols}
	if b != nil {
		call.DB, call.Acc = paramGradOf(b)
	}
	if !slope.None() {
		call.Slope = device.Matrix{Buffer: slope.From(at), LD: dy.cols}
	}
	if !call.DB.None() || !slope.None() {
		o.p.Backend.Run(&call)
	}
}
