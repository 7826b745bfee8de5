// Package ops holds the operators of the models as spago AutoGradFunctions on
// packed batches: a batch of B sequences is one [T, H] matrix of its T real
// tokens with B+1 offsets. Operators are coarse, so that a graph stays small.
// They know shapes and gradients; what is to be computed they tell a
// device.Backend.
package ops

import (
	"fmt"
	"slices"
	"sync"

	"github.com/nlpodyssey/spago/ag"
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// Tensor is a row-major float32 matrix [rows, cols] that flows through spago's
// graph without its copies: a gradient handed to an activation is kept, not
// cloned, and a parameter's gradient has one buffer for its whole life.
//
// It has what the graph asks of a matrix; the arithmetic of mat.Matrix is
// not there, and calling it is a nil panic.
type Tensor struct {
	mat.Matrix
	rows, cols int
	buf        device.Buffer
	needsGrad  bool

	mu   sync.Mutex
	pass *Pass          // that made it, and whose backend its gradient returns to; nil for parameters
	home device.Backend // of a parameter: where Place put it; nil: in the host's memory
	grad *Tensor        // of an activation, nil until the first AccGrad
	uses int            // of an activation: operators that read it and have a gradient for it

	// slope is the derivative of the activation that made the values, of who would have
	// it multiplied into the gradient; sloped says that it has been.
	slope  device.Buffer
	sloped bool

	param *paramGrad // nil for activations
}

// newTensor returns a tensor over data, [rows, cols], without copying it.
// It panics if the length differs.
func newTensor(data []float32, rows, cols int) *Tensor {
	if len(data) != rows*cols {
		panic(fmt.Sprintf("ops: %d values for a tensor of %dx%d", len(data), rows, cols))
	}
	return &Tensor{rows: rows, cols: cols, buf: device.Host(data)}
}

// Rows returns the number of rows.
func (t *Tensor) Rows() int { return t.rows }

// Cols returns the number of columns.
func (t *Tensor) Cols() int { return t.cols }

// Floats reads the values back, row-major: those in the host's memory, parameters
// among them, without copying them, and others as they are on their device once
// all that was begun is done.
func (t *Tensor) Floats() []float32 {
	if t.buf.OnHost() {
		return t.buf.Floats()
	}
	return t.AppendTo(nil)
}

// AppendTo appends the values to dst, wherever they are.
func (t *Tensor) AppendTo(dst []float32) []float32 {
	if t.buf.OnHost() {
		return append(dst, t.buf.Floats()...)
	}
	n := len(dst)
	dst = slices.Grow(dst, t.buf.Len())[:n+t.buf.Len()]
	t.backend().Read(dst[n:], t.buf)
	return dst
}

// Set overwrites the values. It panics if their number differs.
func (t *Tensor) Set(values []float32) {
	if len(values) != t.Size() {
		panic(fmt.Sprintf("ops: %d values for a tensor of %dx%d", len(values), t.rows, t.cols))
	}
	t.backend().Write(t.buf, values)
}

// backend is where the tensor is.
func (t *Tensor) backend() device.Backend {
	switch {
	case t.pass != nil:
		return t.pass.Backend
	case t.home != nil:
		return t.home
	}
	return new(device.CPU)
}

// matrix is the tensor as an operand of a call.
func (t *Tensor) matrix() device.Matrix { return device.Matrix{Buffer: t.buf, LD: t.cols} }

// columns are the tensor's columns from the given one on.
func (t *Tensor) columns(from int) device.Matrix {
	return device.Matrix{Buffer: t.buf.From(min(from, t.buf.Len())), LD: t.cols}
}

// Of returns the tensor behind a graph node, a parameter or a tensor itself.
// It panics on a tensor that this package did not make.
func Of(x mat.Tensor) *Tensor {
	switch x := x.(type) {
	case *Tensor:
		return x
	case *nn.Param:
		return x.Matrix.(*Tensor)
	case *ag.Operator:
		return x.Value().(*Tensor)
	}
	panic(fmt.Sprintf("ops: a %T is not a tensor of this package", x))
}

// Shape returns rows and columns.
func (t *Tensor) Shape() []int { return []int{t.rows, t.cols} }

// Dims returns 2.
func (t *Tensor) Dims() int { return 2 }

// Size returns rows times columns.
func (t *Tensor) Size() int { return t.rows * t.cols }

// Value returns the tensor itself.
func (t *Tensor) Value() mat.Tensor { return t }

// RequiresGrad reports whether backward goes through the tensor.
func (t *Tensor) RequiresGrad() bool { return t.needsGrad }

// SetRequiresGrad says whether backward goes through the tensor.
func (t *Tensor) SetRequiresGrad(v bool) { t.needsGrad = v }

// Grad returns the gradient, or nil if there is none. A parameter's is a view
// of its one buffer.
func (t *Tensor) Grad() mat.Tensor {
	if t.param != nil {
		if !t.param.has {
			return nil
		}
		return &Tensor{rows: t.rows, cols: t.cols, buf: t.param.buf, home: t.home}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.grad == nil {
		return nil
	}
	return t.grad
}

// HasGrad reports whether a gradient has been accumulated.
func (t *Tensor) HasGrad() bool {
	if t.param != nil {
		return t.param.has
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.grad != nil
}

// AccGrad adds g. An activation keeps the first g it is given, so the caller
// must not use it afterwards.
func (t *Tensor) AccGrad(g mat.Tensor) {
	gt := Of(g)
	if gt.rows != t.rows || gt.cols != t.cols {
		panic(fmt.Sprintf("ops: a gradient of %dx%d for a tensor of %dx%d", gt.rows, gt.cols, t.rows, t.cols))
	}
	if t.param != nil {
		buf, acc := t.param.dense()
		if acc {
			gt.backend().Run(&device.Add{Y: buf, X: gt.buf})
		} else {
			gt.backend().Run(&device.Copy{Y: buf, X: gt.buf})
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.grad == nil {
		t.grad = gt
		return
	}
	backend := gt.backend()
	backend.Run(&device.Add{Y: t.grad.buf, X: gt.buf})
	if gt.pass != nil {
		backend.Put(gt.buf)
	}
}

// ZeroGrad forgets the gradient.
func (t *Tensor) ZeroGrad() {
	if t.param != nil {
		t.zeroParamGrad()
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grad = nil
}
