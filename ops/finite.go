package ops

import (
	"math"
	"sync/atomic"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// NotFiniteError says that a parameter holds a NaN or an infinity.
type NotFiniteError struct{ Param *nn.Param }

func (e *NotFiniteError) Error() string { return "a parameter is no longer finite" }

// Finite tells whether the values of x, a parameter or a graph's node, hold
// neither a NaN nor an infinity.
func Finite(x mat.Tensor) bool {
	data := Of(x).data
	broken := newFirst()
	kernels.Parallel((len(data)+pieceSize-1)/pieceSize, func(i int) {
		if !kernels.Finite(data[i*pieceSize : min(len(data), (i+1)*pieceSize)]) {
			broken.add(i)
		}
	})
	_, found := broken.get()
	return !found
}

// first is the lowest of the numbers that several goroutines add, so that it does
// not depend on their order.
type first struct{ n atomic.Int64 }

func newFirst() *first {
	f := new(first)
	f.n.Store(math.MaxInt64)
	return f
}

func (f *first) add(i int) {
	for old := f.n.Load(); int64(i) < old; old = f.n.Load() {
		if f.n.CompareAndSwap(old, int64(i)) {
			return
		}
	}
}

// get returns the number, if there is one.
func (f *first) get() (int, bool) {
	n := f.n.Load()
	return int(n), n != math.MaxInt64
}
