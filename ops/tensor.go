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
	"github.com/lmkor/bench/kernels"
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
	pass *Pass   // that made it, and whose backend its gradient returns to; nil for parameters
	grad *Tensor // of an activation, nil until the first AccGrad

	param *paramGrad // nil for activations
}

// NewTensor returns a tensor over data, [rows, cols], without copying it.
// It panics if the length differs.
func NewTensor(data []float32, rows, cols int) *Tensor {
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
	host := make([]float32, t.buf.Len())
	t.pass.Backend.Read(host, t.buf)
	return host
}

// backend is where the tensor is.
func (t *Tensor) backend() device.Backend {
	if t.pass != nil {
		return t.pass.Backend
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
		return &Tensor{rows: t.rows, cols: t.cols, buf: t.param.buf}
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
		t.param.zero(t.cols)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grad = nil
}

// paramGrad is the gradient of a parameter. Gathered tables (embeddings) get
// gradients in a few rows only: then only these are written, summed and cleared.
type paramGrad struct {
	buf    device.Buffer
	has    bool
	sparse bool    // every row outside touched is zero
	rows   []int32 // touched rows, ascending, while sparse
	dirty  bool    // buf holds an old dense gradient

	squares float64 // the sum of the squares of buf, if squared
	squared bool    // it was taken by who wrote buf last
}

// NewParam returns a parameter over data, [rows, cols], with a gradient buffer
// of its own that lives as long as it does.
func NewParam(data []float32, rows, cols int) *nn.Param {
	t := NewTensor(data, rows, cols)
	t.needsGrad = true
	t.param = &paramGrad{}
	return &nn.Param{Matrix: t}
}

// dense returns the buffer to write a gradient of every element to, and whether
// to add to what it holds.
func (g *paramGrad) dense() (buf device.Buffer, acc bool) {
	acc = g.has
	g.has, g.sparse, g.dirty, g.squared = true, false, true, false
	g.rows = g.rows[:0]
	return g.buf, acc
}

// touch returns the buffer to add gradients of the given rows to; rows is
// ascending without repetition.
func (g *paramGrad) touch(rows []int32) device.Buffer {
	g.squared = false
	switch {
	case !g.has:
		if g.dirty {
			clear(g.buf.Floats())
			g.dirty = false
		}
		g.has, g.sparse = true, true
		g.rows = append(g.rows[:0], rows...)
	case g.sparse:
		g.rows = append(g.rows, rows...)
		slices.Sort(g.rows)
		g.rows = slices.Compact(g.rows)
	}
	return g.buf
}

func (g *paramGrad) zero(cols int) {
	if g.has && g.sparse {
		for _, r := range g.rows {
			clear(g.buf.Slice(int(r)*cols, (int(r)+1)*cols).Floats())
		}
	}
	g.has, g.sparse, g.squared, g.rows = false, false, false, g.rows[:0]
}

// Gradient is a parameter's gradient as the optimizer reads it.
type Gradient struct {
	Values []float32 // the whole buffer, [rows, cols]; nil if there is no gradient
	Sparse bool      // only Rows are not zero
	Rows   []int32   // ascending
}

// GradientOf returns the gradient of p without copying it.
func GradientOf(p *nn.Param) Gradient {
	g := Of(p).param
	if !g.has {
		return Gradient{}
	}
	return Gradient{Values: g.buf.Floats(), Sparse: g.sparse, Rows: g.rows}
}

// LayOutGradients gives every parameter its gradient buffer, all in one
// piece but for tables of embeddings. A parameter that already has one keeps it.
func LayOutGradients(params []*nn.Param) {
	n := 0
	for _, p := range params {
		if t := Of(p); t.param.buf.None() && t.rows < tableRows {
			n += t.Size()
		}
	}
	all := kernels.Floats(n)
	for _, p := range params {
		switch t := Of(p); {
		case !t.param.buf.None():
		case t.rows >= tableRows:
			t.param.buf = device.Host(Storage(t.rows, t.cols))
		default:
			n := t.Size()
			t.param.buf, all = device.Host(all[:n:n]), all[n:]
		}
	}
}

// tableRows is from how many rows on a parameter is taken for a table of
// embeddings, of which a step touches few.
const tableRows = 4096

// Storage returns zeros for a parameter of that shape, its gradient or one of
// its moments. Tables lie on the system's small pages: a large one would be
// filled for the sake of one row.
func Storage(rows, cols int) []float32 {
	if rows >= tableRows {
		return make([]float32, rows*cols)
	}
	return kernels.Floats(rows * cols)
}

// SetGradient makes values p's gradient; rows are those that are not zero, nil
// for all.
func SetGradient(p *nn.Param, values []float32, rows []int32) {
	t := Of(p)
	t.param.zero(t.cols)
	var buf device.Buffer
	if rows == nil {
		buf, _ = t.param.dense()
	} else {
		buf = t.param.touch(rows)
	}
	copy(buf.Floats(), values)
}
