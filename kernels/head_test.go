package kernels

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// headCase is a head that lies between rows and columns that are not numbers.
type headCase struct {
	Head
	dy, y      []float32
	dq, dk, dv []float32
	ld         int
}

func newHeadCase(queries, keys, width int, causal bool, p float32) *headCase {
	const gap = 5
	c := &headCase{ld: width + gap}
	among := func(rows int, seed uint64) []float32 {
		x := make([]float32, (rows+9)*c.ld)
		for i := range x {
			x[i] = float32(math.NaN())
		}
		for r, v := 0, numbers(rows*width, seed); r < rows; r++ {
			copy(x[r*c.ld:], v[r*width:(r+1)*width])
		}
		return x
	}
	c.Head = Head{Queries: queries, Keys: keys, Width: width, Q: among(queries, 1), K: among(keys, 2), V: among(keys, 3),
		LDQ: c.ld, LDK: c.ld, LDV: c.ld, Scale: float32(1 / math.Sqrt(float64(width))), Causal: causal,
		Drop: Dropper{Seed: 5, Step: 6, Site: 7, P: p}, First: 1000, Probs: among(queries, 9)[:0]}
	c.Probs = make([]float32, queries*keys+64)
	for i := range c.Probs {
		c.Probs[i] = float32(math.NaN())
	}
	c.dy = among(queries, 4)
	c.y, c.dq, c.dk, c.dv = among(queries, 8), among(queries, 8), among(keys, 8), among(keys, 8)
	return c
}

func (c *headCase) run() {
	c.Attend(c.y, c.ld)
	c.Grad(HeadGrad{DY: c.dy, LDDY: c.ld, DQ: c.dq, LDDQ: c.ld, DK: c.dk, LDDK: c.ld, DV: c.dv, LDDV: c.ld})
}

// wanted returns probabilities, result and gradients in float64.
func (c *headCase) wanted() (probs, y, dq, dk, dv []float32) {
	ld, nq, nk, w := c.ld, c.Queries, c.Keys, c.Width
	probs = make([]float32, nq*nk)
	for i := range nq {
		var sum float64
		e := make([]float64, nk)
		for j := range nk {
			if c.Causal && j > i+nk-nq {
				continue
			}
			var s float64
			for x := range w {
				s += float64(c.Q[i*ld+x]) * float64(c.K[j*ld+x])
			}
			e[j] = math.Exp(s * float64(c.Scale))
			sum += e[j]
		}
		for j := range nk {
			probs[i*nk+j] = float32(e[j] / sum)
		}
	}
	kept := make([]float32, nq*nk)
	for i := range kept {
		kept[i] = 1
	}
	c.Drop.Apply(kept, kept, c.First)
	y, dq, dk, dv = slices.Clone(c.y), slices.Clone(c.dq), slices.Clone(c.dk), slices.Clone(c.dv)
	for i := range nq {
		dp, sum := make([]float64, nk), 0.0
		for x := range w {
			y[i*ld+x], dq[i*ld+x] = 0, 0
		}
		for j := range nk {
			p, keep := float64(probs[i*nk+j]), float64(kept[i*nk+j])
			for x := range w {
				y[i*ld+x] += float32(p * keep * float64(c.V[j*ld+x]))
				dp[j] += keep * float64(c.dy[i*ld+x]) * float64(c.V[j*ld+x])
			}
			sum += p * dp[j]
		}
		for j := range nk {
			p, keep := float64(probs[i*nk+j]), float64(kept[i*nk+j])
			ds := p * (dp[j] - sum) * float64(c.Scale)
			for x := range w {
				if i == 0 {
					dk[j*ld+x], dv[j*ld+x] = 0, 0
				}
				dv[j*ld+x] += float32(p * keep * float64(c.dy[i*ld+x]))
				dk[j*ld+x] += float32(ds * float64(c.Q[i*ld+x]))
				dq[i*ld+x] += float32(ds * float64(c.K[j*ld+x]))
			}
		}
	}
	return probs, y, dq, dk, dv
}

func TestHead(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	near := golden.Within(1e-5)
	for _, s := range append(available(), plain) {
		chosen = s
		for _, d := range [][3]int{{1, 1, 8}, {3, 17, 24}, {17, 17, 64}, {17, 16, 64}, {64, 64, 64}, {33, 70, 64}, {9, 31, 33},
			{128, 128, 64}, {5, 3, 80}, {61, 62, 32}, {150, 515, 40}, {1, 33, 16}} {
			for mode := range 4 {
				causal, p := mode&1 > 0 && d[0] <= d[1], float32(mode/2)*0.25
				t.Run(fmt.Sprintf("%s/%v/causal=%v/drop=%v", s.name, d, causal, p), func(t *testing.T) {
					c := newHeadCase(d[0], d[1], d[2], causal, p)
					probs, y, dq, dk, dv := c.wanted()
					c.run()
					for i, v := range c.Probs[:len(probs)] { // of what is dropped the sign may be another
						c.Probs[i] = float32(math.Abs(float64(v)))
					}
					golden.Near(t, "probabilities", c.Probs[:len(probs)], probs, golden.Within(2e-6))
					for i, v := range c.Probs[len(probs):] {
						if v == v {
							t.Fatalf("%v written %d behind the probabilities", v, i)
						}
					}
					for _, g := range []struct {
						name      string
						got, want []float32
					}{{"result", c.y, y}, {"dq", c.dq, dq}, {"dk", c.dk, dk}, {"dv", c.dv, dv}} {
						for i, v := range g.want {
							if untouched := v != v && g.got[i] != g.got[i]; !untouched && !near.Near(float64(g.got[i]), float64(v)) {
								t.Fatalf("%s: element %d is %v, want %v", g.name, i, g.got[i], v)
							}
						}
					}
				})
			}
		}
	}
}

// TestHeadWithoutGradient compares the result of a head that keeps no probabilities
// with that of one that does, bit by bit.
func TestHeadWithoutGradient(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		for _, p := range []float32{0, 0.25} {
			keeps, forgets := newHeadCase(33, 70, 64, false, p), newHeadCase(33, 70, 64, false, p)
			forgets.Probs = nil
			keeps.Attend(keeps.y, keeps.ld)
			forgets.Attend(forgets.y, forgets.ld)
			for i, v := range keeps.y {
				if w := forgets.y[i]; math.Float32bits(v) != math.Float32bits(w) {
					t.Fatalf("%s: with dropout of %v element %d is %v, and %v where probabilities are kept", s.name, p, i, w, v)
				}
			}
		}
	}
}

// TestHeadOfNaN holds where a head has no numbers, of either sign in a query or a key, to
// plain Go: dropout leaves out what it drops, and nothing else.
func TestHeadOfNaN(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range available() {
		for _, nan := range []uint32{0x7fc00000, 0xffc00000} {
			for _, p := range []float32{0, 0.25} {
				run := func(s set) *headCase {
					chosen = s
					c := newHeadCase(9, 21, 64, false, p)
					c.Q[4*c.ld+3] = math.Float32frombits(nan)
					c.run()
					return c
				}
				got, want := run(s), run(plain)
				for what, x := range map[string][2][]float32{"result": {got.y, want.y}, "dq": {got.dq, want.dq}, "dk": {got.dk, want.dk},
					"dv": {got.dv, want.dv}} {
					for i, v := range x[1] {
						if g := x[0][i]; (v != v) != (g != g) {
							t.Fatalf("%s, NaN %x, dropout of %v: %s: element %d is %v, and %v in plain Go", s.name, nan, p, what, i, g, v)
						}
					}
				}
			}
		}
	}
}

// TestColumnsOfScores holds the strides of scores to an odd number of cache lines: a
// column of them has to spread over all sets of the first cache.
func TestColumnsOfScores(t *testing.T) {
	for _, s := range append(available(), plain) {
		for keys := 1; keys <= 600; keys++ {
			if ld := s.tile.scoreStride(keys); ld%(2*mostLanes) != mostLanes || ld < keys+mostLanes-1 || ld < s.tile.padded(keys) {
				t.Fatalf("%s: rows of %d scores are %d apart", s.name, keys, ld)
			}
		}
	}
}
