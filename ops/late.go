package ops

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
)

// Late is a number that may still be on its way from the device.
type Late struct {
	value [1]float32
	wait  func() // nil: it is there
}

// Fetch begins to read back x, [1, 1]. What is run meanwhile is not waited for.
func Fetch(x mat.Tensor) *Late {
	t, l := Of(x), &Late{}
	l.wait = t.backend().Fetch(l.value[:], t.buf)
	return l
}

// Mark returns what waits until b has computed all that has been begun; nil if it
// has.
func Mark(b Backend) (wait func()) { return b.Fetch(nil, device.Buffer{}) }

// Value waits for the number.
func (l *Late) Value() float32 {
	if l.wait != nil {
		l.wait()
		l.wait = nil
	}
	return l.value[0]
}
