package ops

import (
	"slices"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// paramGrad is the gradient of a parameter. Gathered tables (embeddings) get
// gradients in a few rows only: then only these are written, summed and cleared.
type paramGrad struct {
	buf    device.Buffer
	has    bool
	sparse bool          // every row outside touched is zero
	rows   []int32       // touched rows, ascending, while sparse
	dirty  bool          // buf holds an old dense gradient
	piece  device.Buffer // of which buf and others' are parts: the first of them gives it back

	squares float64 // the sum of the squares of buf, if squared
	squared bool    // it was taken by who wrote buf last
}

// NewParam returns a parameter over data, [rows, cols], with a gradient buffer
// of its own that lives as long as it does.
func NewParam(data []float32, rows, cols int) *nn.Param {
	t := newTensor(data, rows, cols)
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
func (t *Tensor) touch(rows []int32) device.Buffer {
	g := t.param
	g.squared = false
	switch {
	case !g.has:
		if g.dirty {
			t.backend().Run(&device.Clear{X: g.buf})
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

// zeroParamGrad forgets a parameter's gradient: a sparse one's rows are cleared, a
// dense one is overwritten by the next.
func (t *Tensor) zeroParamGrad() {
	g := t.param
	if g.has && g.sparse && len(g.rows) > 0 {
		t.backend().Run(&device.ClearRows{X: g.buf, Rows: g.rows, Cols: t.cols})
	}
	g.has, g.sparse, g.squared, g.rows = false, false, false, g.rows[:0]
}

// Gradient is a parameter's gradient as it is saved.
type Gradient struct {
	Values []float32 // the whole of it, [rows, cols]; nil if there is no gradient
	Sparse bool      // only Rows are not zero
	Rows   []int32   // ascending
}

// GradientOf reads back the gradient of p, without copying it where it is in the
// host's memory.
func GradientOf(p *nn.Param) Gradient {
	t, g := Of(p), Of(p).param
	if !g.has {
		return Gradient{}
	}
	return Gradient{Values: (&Tensor{buf: g.buf, home: t.home}).Floats(), Sparse: g.sparse, Rows: g.rows}
}

// SetGradient makes values p's gradient; rows are those that are not zero, nil
// for all.
func SetGradient(p *nn.Param, values []float32, rows []int32) {
	t := Of(p)
	t.zeroParamGrad()
	var buf device.Buffer
	if rows == nil {
		buf, _ = t.param.dense()
	} else {
		buf = t.touch(rows)
	}
	t.backend().Write(buf, values)
}
