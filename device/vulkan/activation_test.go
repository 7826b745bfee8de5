package vulkan

import (
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// span are floats of all sizes and both signs, and many around 0; not those below the
// smallest normal number, which a device may take for 0.
func span() (x []float32) {
	for b := uint32(0x00800000); b < 0x7f800000; b += 1300021 {
		v := math.Float32frombits(b)
		x = append(x, v, -v)
	}
	for v := float32(-20); v < 20; v += 0.0113 {
		x = append(x, v)
	}
	return append(x, 0, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()))
}

// All activations and their derivatives are the CPU's but for last bits: the formulas
// are the same, and where they differ is a division's rounding and which products and
// sums are fused. A derivative that is a small difference has the error of its terms.
// Arguments are those that models have and the infinities: where a sigmoid is below the
// smallest normal number, what is left of it beside a huge argument means nothing.
func TestActivations(t *testing.T) {
	for act := kernels.Identity; act <= kernels.Sigmoid; act++ {
		h := newHarness(t)
		x := h.of(slices.DeleteFunc(span(), func(v float32) bool { return math.Abs(float64(v)) > 1e5 }))
		all := h.of(slices.DeleteFunc(span(), func(v float32) bool {
			return math.Abs(float64(v)) > 1e5 && !math.IsInf(float64(v), 0)
		}))
		h.same(golden.Tolerance{Abs: 1e-6, Rel: 3e-6}, &device.Activation{Act: act, Y: h.undefined(all.Len()), X: all},
			&device.Activation{Act: act, Y: h.undefined(x.Len()), X: x, Slope: true})
		if t.Failed() {
			t.Fatalf("activation %d", act)
		}
	}
}

// Those that a model's accuracy hangs on are held to float64, in units of the last
// place, to the limits that the CPU's are.
func TestActivationsInUlps(t *testing.T) {
	forward, _ := opened(t)
	for _, c := range []struct {
		name  string
		act   kernels.Act
		f     func(x float64) float64
		limit float64
		from  float64
	}{
		{"tanh", kernels.Tanh, math.Tanh, 4, math.Inf(-1)},
		{"gelu", kernels.GELU, func(x float64) float64 { return x * 0.5 * math.Erfc(-x/math.Sqrt2) }, 12, -12},
		{"silu", kernels.SiLU, func(x float64) float64 { return x / (1 + math.Exp(-x)) }, 8, -80},
		{"sigmoid", kernels.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 6, -80},
	} {
		x := span()
		in, out := forward.New(len(x)), forward.New(len(x))
		forward.Write(in, x)
		forward.Run(&device.Activation{Act: c.act, Y: out, X: in})
		y := make([]float32, len(x))
		forward.Read(y, out)
		forward.Free(in)
		forward.Free(out)
		for i, v := range x {
			want := c.f(float64(v))
			if float64(v) < c.from || v != v || math.Abs(want) < 1.2e-38 || math.IsInf(want, 0) {
				continue
			}
			unit := float64(math.Nextafter32(float32(math.Abs(want)), float32(math.Inf(1)))) - float64(float32(math.Abs(want)))
			if u := math.Abs(float64(y[i])-want) / unit; !(u <= c.limit) {
				t.Fatalf("%s of %v: %v, want %v: %.1f ulp", c.name, v, y[i], want, u)
			}
		}
	}
}
