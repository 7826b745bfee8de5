package kernels

import (
	"math"
	"testing"
)

// ulps is the distance of got from want in units of want's last place.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	unit := float64(math.Nextafter32(float32(math.Abs(float64(w))), float32(math.Inf(1)))) - math.Abs(float64(w))
	return math.Abs(float64(got)-want) / unit
}

func TestExp32(t *testing.T) {
	worst, at := 0.0, float32(0)
	for x := float32(-87.3); x < 88.7; x += 0.00123 {
		if u := ulps(exp32(x), math.Exp(float64(x))); u > worst {
			worst, at = u, x
		}
	}
	if worst > 2 {
		t.Errorf("%.2f ulp at %v", worst, at)
	}
	inf := float32(math.Inf(1))
	if exp32(inf) != inf || exp32(-inf) != 0 || exp32(0) != 1 || exp32(-200) != 0 {
		t.Error("exp32 of infinities, 0 and -200")
	}
	if v := exp32(float32(math.NaN())); v == v {
		t.Error("exp32 of NaN is a number")
	}
}

func TestErf32AndTanh32(t *testing.T) {
	for x := float32(-12); x < 12; x += 0.00037 {
		if d := math.Abs(float64(erf32(x, exp32(-x*x))) - math.Erf(float64(x))); d > 5e-7 {
			t.Fatalf("erf(%v) is off by %g", x, d)
		}
		if d := math.Abs(float64(tanh32(x)) - math.Tanh(float64(x))); d > 3e-7 {
			t.Fatalf("tanh(%v) is off by %g", x, d)
		}
	}
}

func TestActivationsEqualFloat64(t *testing.T) {
	x := numbers(4000, 1)
	for i := range x {
		x[i] *= 9
	}
	for _, c := range []struct {
		act Act
		f   func(float64) float64
	}{
		{Identity, func(x float64) float64 { return x }},
		{GELU, func(x float64) float64 { return 0.5 * x * (1 + math.Erf(x/math.Sqrt2)) }},
		{GELUTanh, func(x float64) float64 {
			return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}},
		{ReLU, func(x float64) float64 { return max(x, 0) }},
		{SiLU, func(x float64) float64 { return x / (1 + math.Exp(-x)) }},
		{Tanh, math.Tanh},
	} {
		y, one, dx := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
		for i := range one {
			one[i] = 1
		}
		Activate(c.act, y, x)
		ActivateGrad(c.act, dx, one, x)
		for i, v := range x {
			f := float64(v)
			if d := math.Abs(float64(y[i]) - c.f(f)); d > 2e-6 {
				t.Fatalf("activation %d of %v is off by %g", c.act, v, d)
			}
			const h = 1e-5
			want := (c.f(f+h) - c.f(f-h)) / (2 * h)
			if d := math.Abs(float64(dx[i]) - want); d > 5e-6 && math.Abs(f) > 1e-4 {
				t.Fatalf("derivative of activation %d at %v is off by %g", c.act, v, d)
			}
		}
	}
}
