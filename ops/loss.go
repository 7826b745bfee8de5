package ops

import (
	"fmt"
	"math"

	"github.com/nlpodyssey/spago/mat"
)

// Ignore is the label of a row that CrossEntropy leaves out, as PyTorch's
// ignore_index.
const Ignore = -100

// CrossEntropy is the mean over the labelled rows of -log softmax(x)[label]:
// x is [R, C], labels has R entries in [0, C) or Ignore. The result is [1, 1],
// NaN if no row is labelled. Softmax and its gradient are one: dx =
// (softmax(x) - onehot)/n. It panics if a label is outside.
func CrossEntropy(p *Pass, x mat.Tensor, labels []int32) mat.Tensor {
	t := Of(x)
	if len(labels) != t.rows {
		panic(fmt.Sprintf("ops: cross entropy: %d labels for %d rows", len(labels), t.rows))
	}
	for _, l := range labels {
		if l != Ignore && (l < 0 || int(l) >= t.cols) {
			panic(fmt.Sprintf("ops: cross entropy: label %d of %d classes", l, t.cols))
		}
	}
	return p.run(&crossEntropy{base: base{p: p, ins: []mat.Tensor{x}}, labels: labels})
}

type crossEntropy struct {
	base
	labels []int32
	n      int
	dx     *Tensor
}

func (o *crossEntropy) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	for _, l := range o.labels {
		if l != Ignore {
			o.n++
		}
	}
	dx := o.p.alloc(x.rows, x.cols)
	var total float64
	for r, l := range o.labels {
		row, d := x.data[r*x.cols:(r+1)*x.cols], dx.data[r*x.cols:(r+1)*x.cols]
		if l == Ignore {
			clear(d)
			continue
		}
		top := float32(math.Inf(-1))
		for _, v := range row {
			top = max(top, v)
		}
		var sum float64
		for i, v := range row {
			e := math.Exp(float64(v - top))
			d[i] = float32(e)
			sum += e
		}
		inv := float32(1 / (sum * float64(o.n)))
		for i := range d {
			d[i] *= inv
		}
		d[l] -= 1 / float32(o.n)
		total += math.Log(sum) - float64(row[l]-top)
	}
	y := o.p.alloc(1, 1)
	y.data[0] = float32(total / float64(o.n))
	if o.p.Grad {
		o.dx = dx
	} else {
		o.p.Mem.Put(dx.data)
	}
	return o.forwarded(y)
}

func (o *crossEntropy) Backward(gy mat.Tensor) error {
	return o.hand(gy, o.dx)
}

// hand scales the gradient dx that Forward made and hands it to the operand.
func (o *base) hand(gy mat.Tensor, dx *Tensor) error {
	if s := Of(gy).data[0]; s != 1 {
		for i := range dx.data {
			dx.data[i] *= s
		}
	}
	o.finish()
	o.ins[0].AccGrad(dx)
	return nil
}

// MSE is the mean of the squared differences of x, [R, C], and gold, R*C values.
// The result is [1, 1]; dx = 2(x - gold)/(R·C).
func MSE(p *Pass, x mat.Tensor, gold []float32) mat.Tensor {
	if len(gold) != Of(x).Size() {
		panic(fmt.Sprintf("ops: mse: %d gold values for %d", len(gold), Of(x).Size()))
	}
	return p.run(&mse{base: base{p: p, ins: []mat.Tensor{x}}, gold: gold})
}

type mse struct {
	base
	gold []float32
	dx   *Tensor
}

func (o *mse) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	n := float64(len(o.gold))
	var total float64
	var d []float32
	if o.p.Grad {
		o.dx = o.p.alloc(x.rows, x.cols)
		d = o.dx.data
	}
	for i, g := range o.gold {
		e := x.data[i] - g
		total += float64(e) * float64(e)
		if d != nil {
			d[i] = float32(2 * float64(e) / n)
		}
	}
	y := o.p.alloc(1, 1)
	y.data[0] = float32(total / n)
	return o.forwarded(y)
}

func (o *mse) Backward(gy mat.Tensor) error { return o.hand(gy, o.dx) }
