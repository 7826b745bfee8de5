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
	if n.Backend == nil {
		n.Backend = NewCPU()
	}
	n.call.Parts, n.call.Sum = n.call.Parts[:0], 0
	for _, p := range params {
		if g := Of(p).param; g.squared {
			n.call.Sum += g.squares
		} else if g.has {
			n.call.Parts = append(n.call.Parts, device.Part{X: g.buf, Sparse: g.sparse, Rows: g.rows, Cols: Of(p).cols})
		}
	}
	n.Backend.Run(&n.call)
	return math.Sqrt(n.call.Sum)
}
