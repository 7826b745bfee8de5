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
	b := t.backend()
	b.Run(&call)
	b.Read(nil, device.Buffer{})
	return call.OK
}

// Values is Floats and Finite at once, waiting for the device once.
func Values(x mat.Tensor) (values []float32, finite bool) {
	t := Of(x)
	call := device.Finite{X: t.buf}
	t.backend().Run(&call)
	if values = t.Floats(); t.buf.OnHost() {
		t.backend().Read(nil, device.Buffer{})
	}
	return values, call.OK
}
