package kernels

import "math"

const elementsAChunk = 4096

// each calls f on fixed chunks of [0, n) on the pool.
func each(n int, f func(lo, hi int)) {
	Parallel((n+elementsAChunk-1)/elementsAChunk, func(i int) {
		f(i*elementsAChunk, min(n, (i+1)*elementsAChunk))
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
)

// Activate writes act(x) to y. y may be x.
func Activate(act Act, y, x []float32) {
	each(len(x), func(lo, hi int) { activateGo(act, y[lo:hi], x[lo:hi]) })
}

// ActivateGrad writes to dx the product of dy and the derivative of act at x,
// the activation's input. dx may be dy.
func ActivateGrad(act Act, dx, dy, x []float32) {
	each(len(x), func(lo, hi int) { activateGradGo(act, dx[lo:hi], dy[lo:hi], x[lo:hi]) })
}

func activateGo(act Act, y, x []float32) {
	for i, v := range x {
		f := float64(v)
		switch act {
		case Identity:
		case GELU:
			f = 0.5 * f * (1 + math.Erf(f/math.Sqrt2))
		case GELUTanh:
			f = 0.5 * f * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(f+0.044715*f*f*f)))
		case ReLU:
			f = max(f, 0)
		case SiLU:
			f /= 1 + math.Exp(-f)
		case Tanh:
			f = math.Tanh(f)
		}
		y[i] = float32(f)
	}
}

func activateGradGo(act Act, dx, dy, x []float32) {
	for i, v := range x {
		f, d := float64(v), 1.0
		switch act {
		case Identity:
		case GELU:
			d = 0.5*(1+math.Erf(f/math.Sqrt2)) + f*math.Exp(-0.5*f*f)/math.Sqrt(2*math.Pi)
		case GELUTanh:
			c := math.Sqrt(2 / math.Pi)
			t := math.Tanh(c * (f + 0.044715*f*f*f))
			d = 0.5*(1+t) + 0.5*f*(1-t*t)*c*(1+3*0.044715*f*f)
		case ReLU:
			if f <= 0 {
				d = 0
			}
		case SiLU:
			s := 1 / (1 + math.Exp(-f))
			d = s * (1 + f*(1-s))
		case Tanh:
			t := math.Tanh(f)
			d = 1 - t*t
		}
		dx[i] = dy[i] * float32(d)
	}
}

// Add adds x to y, elementwise.
func Add(y, x []float32) {
	each(len(x), func(lo, hi int) {
		xs, ys := x[lo:hi], y[lo:hi]
		for i, v := range xs {
			ys[i] += v
		}
	})
}

// Scale multiplies x by s.
func Scale(x []float32, s float32) {
	each(len(x), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			x[i] *= s
		}
	})
}

// SumSquares returns the sum of the squares of x, in float64 over fixed chunks.
func SumSquares(x []float32) float64 {
	var total float64
	for lo := 0; lo < len(x); lo += elementsAChunk {
		var s float64
		for _, v := range x[lo:min(len(x), lo+elementsAChunk)] {
			s += float64(v) * float64(v)
		}
		total += s
	}
	return total
}
