package kernels

import "github.com/lmkor/bench/kernels/parallel"

const (
	elementsAChunk = 4096  // of a sum: fixed, for it decides the order
	elementsAJob   = 16384 // of a loop: a few microseconds, what waking a thread takes
)

// each calls f on chunks of [0, n) on the pool.
func each(pool *parallel.Pool, n int, f func(lo, hi int)) {
	if n <= elementsAJob {
		f(0, n)
		return
	}
	pool.Chunks(n, elementsAJob, f)
}

// Act names an elementwise activation as Hugging Face configs do.
type Act int

// The activations: GELU is exact (erf), GELUTanh the tanh form (gelu_new and
// gelu_pytorch_tanh).
const (
	Identity Act = iota
	GELU
	GELUTanh
	ReLU
	SiLU
	Tanh

	// Those behind are rare: they have no loops of their own.
	GELUClipped // GELU cut at 10 (gelu_10)
	LaplaceCDF  // the normal distribution's, of mean 0.707107 and deviation 0.282095 (laplace)
	LeakyReLU   // 0.01·x below 0
	Mish        // x·tanh(log(1+exp(x)))
	QuickGELU   // x·sigmoid(1.702x)
	ReLUSquared // relu2
	ReLU6       // cut at 6
	Sigmoid
	acts // how many there are
)

// activate writes act(x) to y on the calling goroutine. y may be x.
func activate(act Act, y, x []float32) {
	if v := chosen.loops; v != nil && v.activate2(act, y, x, false) {
		return
	}
	activateGo(act, y, x, false)
}

// activateSlope writes act(x) to y and act's derivative at x to x, on the calling
// goroutine. They are different slices.
func activateSlope(act Act, y, x []float32) {
	if v := chosen.loops; v != nil && v.activate2(act, y, x, true) {
		return
	}
	activateGo(act, y, x, true)
}

// activateGo is activate, or with slope activateSlope, in plain Go.
func activateGo(act Act, y, x []float32, slope bool) {
	for i, v := range x {
		var d float32
		y[i], d = act.of(v)
		if slope {
			x[i] = d
		}
	}
}

const (
	rsqrt2Pi  = 0.39894228040143268 // 1/√(2π)
	sqrt2byPi = 0.79788456080286536
)

// of returns the activation of v and its derivative there.
func (act Act) of(v float32) (y, slope float32) {
	switch act {
	case GELU:
		a, q, e := tail32(v)
		s := 0.5 - q
		if v < 0 {
			s = -s
		}
		return max(v, 0) - a*q, s + 0.5 + v*e*rsqrt2Pi
	case GELUTanh:
		g, rest := sigmoid32(2 * sqrt2byPi * (v + 0.044715*v*v*v))
		return v * g, g + v*g*rest*2*sqrt2byPi*(1+3*0.044715*v*v)
	case ReLU:
		if v <= 0 {
			return 0, 0
		}
		return v, 1
	case SiLU:
		g, rest := sigmoid32(v)
		return v * g, g + v*g*rest
	case Tanh:
		t := tanh32(v)
		return t, 1 - t*t
	case Identity:
		return v, 1
	}
	return act.ofRare(v)
}

// mulAddTo multiplies dy by slope and adds it to sum, on the calling goroutine.
func mulAddTo(dy, sum, slope []float32) {
	if v := chosen.loops; v != nil {
		v.mulAdd3(dy, sum, slope)
		return
	}
	mulAddGo(dy, sum, slope)
}

func mulAddGo(dy, sum, slope []float32) {
	for i, s := range slope {
		d := float32(dy[i] * s) // the conversion forbids fusing
		dy[i] = d
		sum[i] += d
	}
}

// Add adds x to y, elementwise.
func Add(pool *parallel.Pool, y, x []float32) {
	each(pool, len(x), func(lo, hi int) { addTo(y[lo:hi], x[lo:hi]) })
}

// addTo adds x to y on the calling goroutine.
func addTo(y, x []float32) {
	if v := chosen.loops; v != nil {
		v.add2(y, x)
		return
	}
	addGo(y, x)
}

func addGo(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += v
	}
}

// Scale multiplies x by s.
func Scale(pool *parallel.Pool, x []float32, s float32) {
	each(pool, len(x), func(lo, hi int) { ScaleSeq(x[lo:hi], s) })
}

// ScaleSeq is Scale on the calling goroutine.
func ScaleSeq(x []float32, s float32) {
	with := spareLanes.Get().(*lanes)
	scaleRow(x, s, with)
	spareLanes.Put(with)
}

// SumSquares returns the sum of the squares of x, on the calling goroutine:
// chunks of fixed size in float32 or better, and their sums in float64, in order.
func SumSquares(x []float32) float64 {
	var total float64
	for len(x) > 0 {
		n := min(len(x), elementsAChunk)
		total += sumSquares(x[:n])
		x = x[n:]
	}
	return total
}

func sumSquares(x []float32) float64 {
	if v := chosen.loops; v != nil {
		return v.squares1(x)
	}
	return sumSquaresGo(x)
}

func sumSquaresGo(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return s
}
