package ops

import (
	"math"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// GradNorm computes the global norm of gradients. Those of weights have their
// squares from the product that made them; the others are read once more. Its
// zero value is ready.
type GradNorm struct {
	Backend device.Backend // nil: the CPU

	call device.Squares // reused from step to step
}

// Of returns the norm of the gradients of params, each counted once; not finite
// if one of them is not.
func (n *GradNorm) Of(params []*nn.Param) float64 {
	n.Begin(params)
	n.Backend.Read(nil, device.Buffer{})
	return n.Value()
}

// Begin has the norm of the gradients of params computed. Value has it when the
// next Read of the backend has returned, or a Fetch behind is done.
func (n *GradNorm) Begin(params []*nn.Param) {
	if n.Backend == nil {
		n.Backend = NewCPU()
	}
	if n.call.Total.None() {
		n.call.Total = n.Backend.New(2)
	}
	n.call.Parts = n.call.Parts[:0]
	for _, p := range params {
		g := Of(p).param
		if !g.has {
			continue
		}
		part := device.Part{X: g.buf, Sparse: g.sparse, Rows: g.rows, Cols: Of(p).cols}
		if g.squared {
			part.Known = &g.squares
		}
		n.call.Parts = append(n.call.Parts, part)
	}
	n.Backend.Run(&n.call)
}

// Value returns the norm of the last Begin.
func (n *GradNorm) Value() float64 { return math.Sqrt(n.call.Sum) }
