package kernels

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// TestLoopsEqualTheirTwins holds every vector loop to plain Go at all widths
// around the registers', unaligned, in bounds.
func TestLoopsEqualTheirTwins(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range available() {
		if s.loops == nil {
			continue // its loops are the twins
		}
		chosen = s
		for _, n := range []int{0, 1, 2, 3, 5, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 100, 4097} {
			t.Run(fmt.Sprintf("%s/n=%d", s.name, n), func(t *testing.T) {
				// One float off the start, and a guard behind the end.
				cut := func(seed uint64) []float32 { return numbers(n+2, seed)[1 : n+1 : n+1] }
				check := func(what string, got, want []float32, limit float64) {
					t.Helper()
					golden.Near(t, what, got, want, golden.Tolerance{Abs: limit, Rel: limit})
				}
				x := cut(1)
				for i := range x {
					x[i] *= 8
				}
				y, want := cut(2), cut(2)
				addTo(y, x)
				addGo(want, x)
				check("add", y, want, 0)

				dy, slope, sum := cut(3), cut(8), cut(9)
				dy2, sum2 := slices.Clone(dy), slices.Clone(sum)
				mulAddTo(dy, sum, slope)
				mulAddGo(dy2, sum2, slope)
				check("mulAdd dy", dy, dy2, 0)
				check("mulAdd sum", sum, sum2, 0)

				for act, name := range map[Act]string{GELU: "gelu", GELUTanh: "gelu_new", SiLU: "silu", Tanh: "tanh", ReLU: "relu"} {
					got, want2 := slices.Clone(x), slices.Clone(x)
					if !s.loops.activate2(act, y, x, false) || !s.loops.activate2(act, want, got, true) {
						t.Fatalf("%s: no loop", name)
					}
					check(name+" with its derivative", want, y, 0)
					activateGo(act, want, want2, true)
					check(name, y, want, 1e-6)
					check(name+"'s derivative", got, want2, 2e-6)
				}

				e := slices.Clone(x)
				expLess(e, 8)
				for i, v := range x {
					want[i] = exp32(v - 8)
				}
				check("exp", e, want, 1e-6)

				with := AdamWFactors{1e-2, 0.9, 0.999, 0.1, 0.001, 1e-8, 1e-4, 0.7}
				p, m, v, g := cut(4), cut(5), cut(6), cut(7)
				for i := range v {
					v[i] = float32(math.Abs(float64(v[i])))
				}
				p2, m2, v2 := slices.Clone(p), slices.Clone(m), slices.Clone(v)
				s.loops.adamw4(p, m, v, g, &with)
				adamwGo(p2, m2, v2, g, &with)
				check("adamw p", p, p2, 1e-6)
				check("adamw m", m, m2, 1e-6)
				check("adamw v", v, v2, 1e-6)

				golden.NearNumber(t, "squares", sumSquares(x), sumSquaresGo(x), golden.Tolerance{Rel: 1e-5})
			})
		}
	}
}

func TestVectorExpAtItsEnds(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		x := []float32{0, -1, -87, -88, -200, float32(math.Inf(-1)), -1e30, -50}
		expLess(x, 0)
		for i, want := range []float64{1, math.Exp(-1), math.Exp(-87), 0, 0, 0, 0, math.Exp(-50)} {
			golden.NearNumber(t, fmt.Sprintf("%s: element %d", s.name, i), float64(x[i]), want, golden.Tolerance{Rel: 1e-6})
		}
		worst := 0.0
		var buf [64]float32
		for v := float32(-87.3); v < 0; v += 0.07 {
			for i := range buf {
				buf[i] = v + float32(i)*0.001
			}
			in := buf
			expLess(buf[:], 0)
			for i := range buf {
				if in[i] <= 0 {
					worst = max(worst, ulps(buf[i], math.Exp(float64(in[i]))))
				}
			}
		}
		if !(worst <= 2) { // max keeps NaN
			t.Errorf("%s: exp is off by %.2f ulp", s.name, worst)
		}
	}
}

func BenchmarkActivate(b *testing.B) {
	x, y := numbers(1<<16, 1), make([]float32, 1<<16)
	for _, a := range []struct {
		name string
		act  Act
	}{{"gelu", GELU}, {"gelu_new", GELUTanh}, {"silu", SiLU}, {"relu", ReLU}, {"tanh", Tanh}} {
		b.Run("act="+a.name+"/impl="+chosen.name, func(b *testing.B) {
			b.SetBytes(8 << 16)
			for b.Loop() {
				activate(a.act, y, x)
			}
		})
		b.Run("act="+a.name+"/slope/impl="+chosen.name, func(b *testing.B) {
			b.SetBytes(16 << 16)
			for b.Loop() {
				copy(x, y) // the derivative is where the argument was
				activateSlope(a.act, y, x)
			}
		})
	}
}

// expLess is expLessWith with lanes of its own.
func expLess(x []float32, top float32) { expLessWith(x, top, new(lanes)) }
