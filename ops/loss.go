package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels/losses"
)

// Ignore is the label of a row that a loss leaves out, as PyTorch's
// ignore_index.
const Ignore = losses.Ignore

// CrossEntropy is the mean over the labelled rows of -log softmax(x)[label]:
// x is [R, C], labels has R entries in [0, C) or Ignore. The result is [1, 1],
// NaN if no row is labelled. Softmax and its gradient are one: dx =
// (softmax(x) - onehot)/n. It panics if a label is outside.
func CrossEntropy(p *Pass, x mat.Tensor, labels []int32) mat.Tensor {
	t := Of(x)
	checkLabels("cross entropy", labels, t.rows, t.cols)
	return p.run(&loss{base: base{p: p, ins: []mat.Tensor{x}}, gold: len(labels), call: func(l, dx device.Buffer) device.Call {
		return &device.CrossEntropy{Loss: l, DX: dx, X: t.buf, Labels: labels, Cols: t.cols}
	}})
}

// BinaryCrossEntropy is the mean over the labelled rows of
// -log σ(x) for label 1 and -log(1-σ(x)) for label 0, the loss of a
// discriminator: x is [R, 1], labels has R entries, 0, 1 or Ignore. The result
// is [1, 1], NaN if no row is labelled; dx = (σ(x) - label)/n. It panics if a
// label is none of these.
func BinaryCrossEntropy(p *Pass, x mat.Tensor, labels []int32) mat.Tensor {
	t := Of(x)
	if t.cols != 1 {
		panic(fmt.Sprintf("ops: binary cross entropy of %v", t.Shape()))
	}
	checkLabels("binary cross entropy", labels, t.rows, 2)
	return p.run(&loss{base: base{p: p, ins: []mat.Tensor{x}}, gold: len(labels), call: func(l, dx device.Buffer) device.Call {
		return &device.BinaryCrossEntropy{Loss: l, DX: dx, X: t.buf, Labels: labels}
	}})
}

func checkLabels(name string, labels []int32, rows, classes int) {
	if len(labels) != rows {
		panic(fmt.Sprintf("ops: %s: %d labels for %d rows", name, len(labels), rows))
	}
	for _, l := range labels {
		if l != Ignore && (l < 0 || int(l) >= classes) {
			panic(fmt.Sprintf("ops: %s: label %d of %d classes", name, l, classes))
		}
	}
}

// MSE is the mean of the squared differences of x, [R, C], and gold, R*C values.
// The result is [1, 1]; dx = 2(x - gold)/(R·C).
func MSE(p *Pass, x mat.Tensor, gold []float32) mat.Tensor {
	t := Of(x)
	if len(gold) != t.Size() {
		panic(fmt.Sprintf("ops: mse: %d gold values for %d", len(gold), t.Size()))
	}
	return p.run(&loss{base: base{p: p, ins: []mat.Tensor{x}}, gold: len(gold), call: func(l, dx device.Buffer) device.Call {
		return &device.MSE{Loss: l, DX: dx, X: t.buf, Gold: gold}
	}})
}

// loss is the end of a graph: forward computes its operand's gradient too, which
// has most of its arithmetic in common with the loss itself.
type loss struct {
	base
	gold int // labels, or values
	call func(loss, dx device.Buffer) device.Call
	dx   *Tensor // in a pass with Grad
}

func (o *loss) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	var dx device.Buffer
	if o.p.Grad {
		o.dx = o.p.alloc(x.rows, x.cols)
		dx = o.dx.buf
	}
	y := o.p.alloc(1, 1)
	o.p.Backend.Run(o.call(y.buf, dx))
	return o.forwarded(y)
}

func (o *loss) Backward(gy mat.Tensor) error {
	o.p.Backend.Run(&device.ScaleBy{X: o.dx.buf, S: Of(gy).buf})
	o.finish()
	o.ins[0].AccGrad(o.dx)
	return nil
}
