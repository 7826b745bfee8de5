package kernels

const (
	elementsAChunk = 4096  // of a sum: fixed, for it decides the order
	elementsAJob   = 16384 // of a loop: a few microseconds, what waking a thread takes
)

// each calls f on chunks of [0, n) on the pool.
func each(n int, f func(lo, hi int)) {
	if n <= elementsAJob {
		f(0, n)
		return
	}
	Parallel((n+elementsAJob-1)/elementsAJob, func(i int) {
		f(i*elementsAJob, min(n, (i+1)*elementsAJob))
	})
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
	acts // how many there are
)

// Activate writes act(x) to y. y may be x.
func Activate(act Act, y, x []float32) {
	each(len(x), func(lo, hi int) { activate(act, y[lo:hi], x[lo:hi]) })
}

// activate is Activate on the calling goroutine.
func activate(act Act, y, x []float32) {
	if v := chosen.loops; v != nil && v.activate2(act, y, x) {
		return
	}
	activateGo(act, y, x)
}

// ActivateGrad writes to dx the product of dy and the derivative of act at x,
// the activation's input. dx may be dy.
func ActivateGrad(act Act, dx, dy, x []float32) {
	each(len(x), func(lo, hi int) { activateGrad(act, dx[lo:hi], dy[lo:hi], x[lo:hi]) })
}

// activateGrad is ActivateGrad on the calling goroutine.
func activateGrad(act Act, dx, dy, x []float32) {
	if v := chosen.loops; v != nil && v.activateGrad3(act, dx, dy, x) {
		return
	}
	activateGradGo(act, dx, dy, x)
}

func activateGo(act Act, y, x []float32) {
	switch act {
	case Identity:
		copy(y, x)
	case GELU:
		for i, v := range x {
			y[i] = 0.5 * v * (1 + erf32(v*rsqrt2, exp32(-0.5*v*v)))
		}
	case GELUTanh:
		for i, v := range x {
			y[i] = 0.5 * v * (1 + tanh32(sqrt2byPi*(v+0.044715*v*v*v)))
		}
	case ReLU:
		for i, v := range x {
			y[i] = max(v, 0)
		}
	case SiLU:
		for i, v := range x {
			y[i] = v / (1 + exp32(-v))
		}
	case Tanh:
		for i, v := range x {
			y[i] = tanh32(v)
		}
	}
}

const (
	rsqrt2    = 0.70710678118654752
	rsqrt2Pi  = 0.39894228040143268 // 1/√(2π)
	sqrt2byPi = 0.79788456080286536
)

func activateGradGo(act Act, dx, dy, x []float32) {
	switch act {
	case Identity:
		copy(dx, dy)
	case GELU:
		for i, v := range x {
			e := exp32(-0.5 * v * v)
			dx[i] = dy[i] * (0.5*(1+erf32(v*rsqrt2, e)) + v*e*rsqrt2Pi)
		}
	case GELUTanh:
		for i, v := range x {
			t := tanh32(sqrt2byPi * (v + 0.044715*v*v*v))
			dx[i] = dy[i] * (0.5*(1+t) + 0.5*v*(1-t*t)*sqrt2byPi*(1+3*0.044715*v*v))
		}
	case ReLU:
		for i, v := range x {
			d := dy[i]
			if v <= 0 {
				d = 0
			}
			dx[i] = d
		}
	case SiLU:
		for i, v := range x {
			s := 1 / (1 + exp32(-v))
			dx[i] = dy[i] * s * (1 + v*(1-s))
		}
	case Tanh:
		for i, v := range x {
			t := tanh32(v)
			dx[i] = dy[i] * (1 - t*t)
		}
	}
}

// Add adds x to y, elementwise.
func Add(y, x []float32) {
	each(len(x), func(lo, hi int) { addTo(y[lo:hi], x[lo:hi]) })
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
func Scale(x []float32, s float32) {
	each(len(x), func(lo, hi int) { ScaleSeq(x[lo:hi], s) })
}

// ScaleSeq is Scale on the calling goroutine.
func ScaleSeq(x []float32, s float32) {
	with := spareLanes.Get().(*lanes)
	scaleRow(x, s, with)
	spareLanes.Put(with)
}

// SumSquares returns the sum of the squares of x: chunks of fixed size in
// float32 or better, and their sums in float64, in order.
func SumSquares(x []float32) float64 {
	chunks := (len(x) + elementsAChunk - 1) / elementsAChunk
	if chunks <= 1 {
		return sumSquares(x)
	}
	sums := make([]float64, chunks)
	const together = 16 // chunks: one of them is done in less time than it takes to ask for the next
	Parallel((chunks+together-1)/together, func(job int) {
		for i := job * together; i < min(chunks, (job+1)*together); i++ {
			sums[i] = sumSquares(x[i*elementsAChunk : min(len(x), (i+1)*elementsAChunk)])
		}
	})
	var total float64
	for _, s := range sums {
		total += s
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
