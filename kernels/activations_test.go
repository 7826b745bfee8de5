package kernels

import (
	"math"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// TestRareActivations holds values to the definitions, in float64, and slopes to
// their central differences.
func TestRareActivations(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	normal := func(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }
	for act, f := range map[Act]func(x float64) float64{
		GELUClipped: func(x float64) float64 { return min(x*normal(x), 10) },
		LaplaceCDF:  func(x float64) float64 { return normal((x - 0.707107) / 0.282095) },
		LeakyReLU:   func(x float64) float64 { return max(x, 0.01*x) },
		Mish:        func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) },
		QuickGELU:   func(x float64) float64 { return x * sigmoid(1.702*x) },
		ReLUSquared: func(x float64) float64 { return max(x, 0) * max(x, 0) },
		ReLU6:       func(x float64) float64 { return min(max(x, 0), 6) },
		Sigmoid:     sigmoid,
	} {
		for _, x := range []float32{-40, -9.3, -2.6, -1, -0.3, -1e-4, 1e-4, 0.2, 0.7, 1.1, 2.5, 5.9, 6.1, 9.7, 10.4, 25, 60} {
			y, slope := act.of(x)
			const h = 1e-5
			golden.NearNumber(t, "value", float64(y), f(float64(x)), golden.Tolerance{Abs: 1e-6, Rel: 2e-6})
			want := (f(float64(x)+h) - f(float64(x)-h)) / (2 * h)
			if !golden.NearNumber(t, "slope", float64(slope), want, golden.Tolerance{Abs: 4e-6, Rel: 4e-6}) {
				t.Errorf("activation %d at %v", act, x)
			}
		}
		if y, slope := act.of(float32(math.NaN())); y == y || slope == slope {
			t.Errorf("activation %d of NaN: %v, slope %v", act, y, slope)
		}
	}
}
