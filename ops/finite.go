package ops

import (
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// NotFiniteError says that a parameter holds a NaN or an infinity.
type NotFiniteError struct{ Param *nn.Param }

func (e *NotFiniteError) Error() string { return "a parameter is no longer finite" }

// Finite tells whether the values of x, a parameter or a graph's node, hold
// neither a NaN nor an infinity.
func Finite(x mat.Tensor) bool {
	t := Of(x)
	call := device.Finite{X: t.buf}
	t.backend().Run(&call)
	return call.OK
}
