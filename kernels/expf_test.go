package kernels

import (
	"math"
	"slices"
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

// TestActivationsOverTheWholeRange holds every activation of every set of
// kernels, and its derivative, to float64 at floats of all sizes and both signs.
// GELU beyond -13.2 and results below the smallest normal number may be 0.
func TestActivationsOverTheWholeRange(t *testing.T) {
	var x []float32
	for b := uint32(0); b < 0x7f800000; b += 40013 {
		v := math.Float32frombits(b)
		x = append(x, v, -v)
	}
	for v := float32(-20); v < 20; v += 0.00091 {
		x = append(x, v)
	}
	gelu := func(x float64) (float64, float64) {
		phi := 0.5 * math.Erfc(-x/math.Sqrt2)
		return x * phi, phi + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
	}
	geluTanh := func(x float64) (float64, float64) {
		z, dz := 2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x), 2*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x)
		g := 1 / (1 + math.Exp(-z))
		if g == 0 || g == 1 {
			return x * g, g
		}
		return x * g, g + x*g*(1-g)*dz
	}
	for _, c := range []struct {
		name   string
		act    Act
		f      func(x float64) (y, slope float64)
		limit  float64 // ulp of y
		from   float32 // where the limit holds
		around float64 // and how far y and the slope may be off in all
	}{
		{"tanh", Tanh, func(x float64) (float64, float64) { y := math.Tanh(x); return y, 1 - y*y }, 3,
			float32(math.Inf(-1)), 3e-7},
		{"gelu", GELU, gelu, 10, -13, 1e-6},
		{"gelu_new", GELUTanh, geluTanh, 10, -1, 1e-6},
		{"silu", SiLU, func(x float64) (float64, float64) {
			g := 1 / (1 + math.Exp(-x))
			if g == 0 {
				return 0, 0
			}
			return x * g, g + x*g*(1-g)
		}, 6, -80, 1e-6},
		{"relu", ReLU, func(x float64) (float64, float64) { return max(x, 0), float64(min(1, math.Ceil(max(x, 0)))) },
			0, float32(math.Inf(-1)), 0},
	} {
		defer func(s set) { chosen = s }(chosen)
		for _, s := range append(available(), plain) {
			chosen = s
			y, kept, slope := make([]float32, len(x)), make([]float32, len(x)), slices.Clone(x)
			activate(c.act, y, x)
			activateSlope(c.act, kept, slope)
			worst, at := 0.0, float32(0)
			for i, v := range x {
				if (c.act == GELUTanh || c.act == SiLU) && math.Abs(float64(v)) > 1e9 {
					continue // times it, even the smallest number is large
				}
				wantY, wantSlope := c.f(float64(v))
				if y[i] != kept[i] {
					t.Fatalf("%s of %v, %s: %v alone, %v with the derivative", c.name, v, s.name, y[i], kept[i])
				}
				if d := math.Abs(float64(y[i]) - wantY); !(d <= c.around*max(1, math.Abs(wantY))) {
					t.Fatalf("%s of %v, %s: %v, want %v", c.name, v, s.name, y[i], wantY)
				}
				if d := math.Abs(float64(slope[i]) - wantSlope); !(d <= c.around) {
					t.Fatalf("derivative of %s at %v, %s: %v, want %v", c.name, v, s.name, slope[i], wantSlope)
				}
				if u := ulps(y[i], wantY); v > c.from && math.Abs(wantY) > 0x1p-126 && u > worst {
					worst, at = u, v
				}
			}
			if worst > c.limit {
				t.Errorf("%s, %s: off by %.2f ulp at %v, want at most %v", c.name, s.name, worst, at, c.limit)
			}
			t.Logf("%s, %s: at most %.2f ulp, at %v", c.name, s.name, worst, at)
		}
	}
}

func TestActivationsKeepNaN(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		for _, act := range []Act{GELU, Tanh} {
			x, y := []float32{float32(math.NaN()), 1, 2}, make([]float32, 3)
			activate(act, y, x)
			if y[0] == y[0] || y[1] != y[1] {
				t.Errorf("%s, activation %d: %v of %v", s.name, act, y, x)
			}
		}
	}
}
