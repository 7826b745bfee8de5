package device

import (
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// The ends of the rule, which a training hardly sees: see trainers for torch's own numbers.
func TestScaleAfter(t *testing.T) {
	for _, c := range []struct {
		s      Scale
		finite bool
		want   Scale
	}{
		{Scale{FirstScale, 0}, true, Scale{FirstScale, 1}},
		{Scale{FirstScale, GrowthInterval - 1}, true, Scale{2 * FirstScale, 0}},
		{Scale{FirstScale, GrowthInterval - 1}, false, Scale{FirstScale / 2, 0}},
		{Scale{MostScale, GrowthInterval - 1}, true, Scale{MostScale, 0}},
	} {
		if got := c.s.After(c.finite); got != c.want {
			t.Errorf("%v after %t: %v, want %v", c.s, c.finite, got, c.want)
		}
	}
}

// scaledUpdate runs an update of gradients times a power of two, and returns what it left.
func scaledUpdate(scale, most float64, spoil float32) (p, m, v []float32, broken int, state []float32) {
	cpu := NewCPU(parallel.New(2))
	buffer := func(n int, at func(i int) float64) Buffer {
		b := cpu.New(n)
		for i := range b.Floats() {
			b.Floats()[i] = float32(at(i))
		}
		return b
	}
	const n = 40 * 7
	at := func(by, shift float64) func(int) float64 {
		return func(i int) float64 { return by * math.Sin(float64(i)*1.3+shift) }
	}
	u := Update{P: buffer(n, at(1, 0)), M: buffer(n, at(1, 1)), V: buffer(n, func(i int) float64 { return 1e-3 * float64(i%5) }),
		G: buffer(n, at(1, 3)), Cols: 7, Sparse: true, Rows: []int32{0, 3, 39}, DecayOthers: 3e-3,
		With: kernels.AdamW{LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-6, WeightDecay: 0.1, Step: 3, Scale: 1}.Factors()}
	for i := range u.G.Floats() {
		u.G.Floats()[i] *= float32(scale)
	}
	if spoil != 0 {
		u.G.Floats()[3*7+2] = spoil
	}
	norm := &Squares{Parts: []Part{{X: u.G, Sparse: true, Rows: u.Rows, Cols: 7}}}
	o := &AdamW{Updates: []Update{u}, Norm: norm, MaxNorm: most}
	s := cpu.New(2)
	if s.Floats()[0] = float32(scale); scale != 1 {
		o.Scaled = s
	}
	cpu.Run(norm, o, &LossScale{State: s, Norm: norm})
	return u.P.Floats(), u.M.Floats(), u.V.Floats(), o.Broken, s.Floats()
}

// The update of gradients times a power of two has the bytes of the update of the
// gradients, clipped or not.
func TestScaledUpdateHasTheSameBytes(t *testing.T) {
	for _, most := range []float64{0.3, math.MaxFloat32} {
		p, m, v, _, _ := scaledUpdate(1, most, 0)
		for _, scale := range []float64{FirstScale, 1 << 40, 0.5, LeastScale} {
			sp, sm, sv, broken, state := scaledUpdate(scale, most, 0)
			if !slices.Equal(sp, p) || !slices.Equal(sm, m) || !slices.Equal(sv, v) {
				t.Errorf("scale %g, clipped at %g: other bytes", scale, most)
			}
			if broken != -1 || !slices.Equal(state, []float32{float32(scale), 1}) {
				t.Errorf("scale %g: broken %d, next scale %v", scale, broken, state)
			}
		}
	}
}

// With a gradient that is not finite nothing changes, not even by decay, and the scale halves.
func TestScaledUpdateIsLeftOut(t *testing.T) {
	p, _, _, _, _ := scaledUpdate(1, 1, 0)
	for _, spoil := range []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())} {
		sp, sm, sv, broken, state := scaledUpdate(FirstScale, 1, spoil)
		if broken != -1 || !slices.Equal(state, []float32{FirstScale / 2, 0}) {
			t.Errorf("%v: broken %d, next scale %v", spoil, broken, state)
		}
		for i := range sp {
			if sp[i] != float32(math.Sin(float64(i)*1.3)) || sm[i] != float32(math.Sin(float64(i)*1.3+1)) || sv[i] != float32(1e-3*float64(i%5)) {
				t.Fatalf("%v: element %d has changed", spoil, i)
			}
		}
		if slices.Equal(sp, p) {
			t.Error("an update changes nothing either")
		}
	}
}
