package vulkan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// matrix returns a matrix of random numbers whose rows begin pad floats into rows of
// cols + 2·pad. What is between them is random, too: a sum with NaN would hide a number
// that was added there.
func (h *harness) matrix(rows, cols, pad int) device.Matrix {
	ld := cols + 2*pad
	if rows*cols == 0 {
		return device.Matrix{LD: ld}
	}
	return device.Matrix{Buffer: h.random(rows*ld).Slice(pad, rows*ld-pad), LD: ld}
}

// factor is a matrix whose rows have NaN between them, which makes itself felt even
// where it is multiplied by zero.
func (h *harness) factor(rows, cols, pad int) device.Matrix {
	m := h.matrix(rows, cols, pad)
	if rows*cols == 0 {
		return m
	}
	x := h.find(m.Buffer).host
	for i := range x {
		if at := i%m.LD - pad; at < 0 || at >= cols {
			x[i] = float32(math.NaN())
		}
	}
	return m
}

// product returns a product of random matrices, [m, k] and [k, n].
func (h *harness) product(ta, tb bool, m, n, k, pad int) device.Product {
	p := device.Product{TA: ta, TB: tb, M: m, N: n, K: k, C: h.matrix(m, n, pad)}
	if p.A = h.factor(m, k, pad); ta {
		p.A = h.factor(k, m, pad)
	}
	if p.B = h.factor(k, n, pad); tb {
		p.B = h.factor(n, k, pad)
	}
	return p
}

// rounding is how far two sums of k products of numbers below 1 may be apart: each
// addition rounds by 2^-24 of a partial sum that is about √k/3 and rarely thrice that,
// and the roundings add up as a random walk's steps, to √k times one: k/10^7 and what
// one number's own rounding takes.
func rounding(k int) golden.Tolerance {
	return golden.Tolerance{Abs: 4e-7 + 1e-7*float64(k), Rel: 1e-6}
}

// Every tile and every form at edges that fill no tile, rows with gaps, and K split or
// not. Few shapes are large enough for the larger tiles, which are asked for.
func TestProducts(t *testing.T) {
	seen := map[[3]any]bool{}
	for _, c := range []struct {
		m, n, k int
		tile    tiling.Tile // asCut: that of its shape
		parts   int
	}{
		{1, 1, 1, asCut, 0}, {1, 300, 40, asCut, 0}, {2, 4100, 70, asCut, 0}, {3, 257, 1600, asCut, 0}, {4, 5, 0, asCut, 0}, // few rows, and flat
		{5, 1, 64, asCut, 0}, {129, 3, 1600, asCut, 0}, {150, 4, 33, asCut, 0}, // narrow
		{5, 5, 5, asCut, 0}, {33, 70, 31, asCut, 0}, {64, 64, 64, asCut, 0}, {33, 37, 2100, asCut, 0}, // small
		{130, 40, 21, tiling.Tall, 1}, {70, 75, 250, tiling.Tall, 4},
		{130, 70, 21, tiling.Medium, 1}, {65, 135, 250, tiling.Medium, 3},
		{130, 260, 17, tiling.Large, 1}, {130, 135, 60, tiling.Large, 4},
	} {
		tile, parts := c.tile, c.parts
		if tile == asCut {
			tile, parts = tiling.For(c.m, c.n, c.k, 1)
		}
		for form := range 4 {
			if (c.m > 64 || tile == tiling.Flat) && form != c.k%4 && form != 3 {
				continue // each is a kernel of its own, which takes a driver seconds to compile
			}
			if accesses() { // each tile once, split and not, the small ones in every form
				kernel := [3]any{tile, parts > 1, form}
				if c.m*c.n > 25 && tile != tiling.Flat {
					kernel[2] = nil
				}
				if seen[kernel] || kernel[2] == nil && form != c.k%4 {
					continue
				}
				seen[kernel] = true
			}
			pad := []int{0, 3, 4, 1}[(form+c.m)%4]
			ta, tb := form&1 != 0, form&2 != 0
			t.Run(fmt.Sprintf("%dx%dx%d/ta=%t/tb=%t/pad=%d/tile=%dx%d/parts=%d", c.m, c.n, c.k, ta, tb, pad, tile.BM, tile.BN, parts),
				func(t *testing.T) {
					h := newHarness(t)
					h.cut = func(int, int, int, int) (tiling.Tile, int) { return tile, parts }
					p := h.product(ta, tb, c.m, c.n, c.k, pad)
					p.Acc = form == 1
					h.same(rounding(c.k), &device.Products{List: []device.Product{p}})
				})
		}
	}
}

var asCut tiling.Tile

// Whole tiles are read without a look at the edges: in every form, with rows that end where
// a tile does or within one, and a last step of K that is whole or not.
func TestWholeTiles(t *testing.T) {
	for _, m := range smallest([]int{64, 61}) {
		for form := range 4 {
			h := newHarness(t)
			h.cut = func(int, int, int, int) (tiling.Tile, int) { return tiling.Small, 1 }
			p, q := h.product(form&1 != 0, form&2 != 0, m, 64, 128, 0), h.product(form&1 != 0, form&2 != 0, m, 64, 140, 4)
			h.same(rounding(140), &device.Products{List: []device.Product{p}}, &device.Products{List: []device.Product{q}})
		}
	}
}

// Whoever adds the parts up leaves the counters as they were: the next launch counts by them.
func TestCountersAreLeftAsZeros(t *testing.T) {
	forward, reversed := opened(t)
	for range 2 {
		forward.counters.next, reversed.counters.next = 0, 0
		h := newHarness(t)
		var list []device.Product
		for range 2 {
			list = append(list, h.product(true, false, 37, 70, 1600, 0))
		}
		h.same(rounding(1600), &device.Products{List: list})
	}
	for _, b := range []*Backend{forward, reversed} {
		if b.counters.next == 0 {
			t.Fatal("nothing was counted")
		}
		left := make([]float32, b.counters.all.Len())
		b.Read(left, b.counters.all)
		if i := slices.IndexFunc(left, func(n float32) bool { return math.Float32bits(n) != 0 }); i >= 0 {
			t.Errorf("counter %d is left at %d", i, math.Float32bits(left[i]))
		}
	}
}

// Epilogues of all of K, of parts, and of few rows.
func TestEpilogues(t *testing.T) {
	drop := kernels.Dropper{Seed: 3, Step: 1, Site: 2, P: 0.3}
	for _, s := range fewest([]struct{ m, k, pad int }{{21, 1600, 4}, {21, 19, 0}, {21, 19, 1}, {3, 150, 1}}) {
		for _, pad := range []int{s.pad} {
			m, k := s.m, s.k
			t.Run(fmt.Sprintf("m=%d/k=%d/pad=%d", m, k, pad), func(t *testing.T) {
				const n = 39
				for _, c := range []struct {
					name  string
					apply func(h *harness, p *device.Product)
				}{
					{"bias", func(h *harness, p *device.Product) { p.Then.Bias = h.random(n) }},
					{"activation in place", func(h *harness, p *device.Product) { p.Then.Act = kernels.GELU }},
					{"slope", func(h *harness, p *device.Product) {
						p.Then = device.Epilogue{Bias: h.random(n), Act: kernels.GELU, Slope: true, Y: h.matrix(m, n, pad)}
					}},
					{"slope of the identity", func(h *harness, p *device.Product) {
						p.Then = device.Epilogue{Slope: true, Y: h.matrix(m, n, pad)}
					}},
					{"dropout and residual", func(h *harness, p *device.Product) {
						p.Then = device.Epilogue{Bias: h.random(n), Drop: drop, Residual: h.matrix(m, n, 2)}
					}},
					{"times a matrix", func(h *harness, p *device.Product) { p.Then.Times = h.matrix(m, n, pad) }},
					{"added, times a matrix", func(h *harness, p *device.Product) {
						p.Acc = true
						p.Then.Times = h.matrix(m, n, pad)
					}},
					{"all", func(h *harness, p *device.Product) {
						p.Acc = true
						p.Then = device.Epilogue{Bias: h.random(n), Act: kernels.Tanh, Slope: true, Y: h.matrix(m, n, pad), Drop: drop,
							Residual: h.matrix(m, n, pad)}
					}},
				} {
					h := newHarness(t)
					p := h.product(false, true, m, n, k, pad)
					for i := range p.B.Floats() {
						p.B.Floats()[i] /= float32(math.Sqrt(float64(k))) // arguments of a few units
					}
					c.apply(h, &p)
					h.same(golden.Tolerance{Abs: 3e-6, Rel: 3e-6}, &device.Products{List: []device.Product{p}})
					if t.Failed() {
						t.Fatal(c.name)
					}
				}
			})
		}
	}
}

// Products of one call: those that are alike are one launch, and none waits.
func TestProductsTogether(t *testing.T) {
	h := newHarness(t)
	const tokens, width = 27, 40
	x, y := h.matrix(tokens, width, 0), h.matrix(tokens, 3*width, 0)
	var list []device.Product
	for i := range 3 {
		c := device.Matrix{Buffer: y.From(i * width), LD: y.LD}
		list = append(list, device.Product{TB: true, M: tokens, N: width, K: width, A: x, B: h.matrix(width, width, 0), C: c,
			Then: device.Epilogue{Bias: h.random(width)}})
	}
	list = append(list, h.product(true, false, 7, 9, 1600, 0), h.product(true, false, 7, 9, 1600, 0), device.Product{K: 3})
	forward, _ := opened(t)
	before := forward.Counts()
	h.same(rounding(1600), &device.Products{List: list})
	after := forward.Counts()
	if got := after.Launches - before.Launches; got != 2 {
		t.Errorf("%d launches, want one of the three and one of the two", got)
	}
}

// The squares that products leave go into the sum of all without another read of C.
func TestSquaresOfProducts(t *testing.T) {
	for _, k := range fewest([]int{1600, 30}) {
		h := newHarness(t)
		var list []device.Product
		s := &device.Squares{Total: h.ignore(h.undefined(2))}
		for i, n := range []int{300, 6, 70} {
			p := h.product(true, false, 70, n, k, 0)
			p.Acc, p.Squares = i == 1, new(float64)
			list = append(list, p)
			s.Parts = append(s.Parts, device.Part{X: p.C.Buffer, Known: p.Squares})
		}
		s.Parts = append(s.Parts, device.Part{X: h.random(50)})
		// Terms of one sign: each of the few levels of additions rounds by 6e-8.
		h.same(golden.Tolerance{Abs: 4e-7 + 1e-7*float64(k), Rel: 3e-6}, &device.Products{List: list}, s)
	}
}

// together returns two products of three factors each, which lie alike or not.
func (h *harness) together(k int, alike bool) (list []device.Product) {
	for i := range 2 {
		p := h.product(false, false, 21, 36, k, 0)
		p.Acc = i == 1
		for range 2 {
			f := device.Factors{K: k, A: h.matrix(21, k, 0), B: h.matrix(k, 36, 0)}
			if !alike {
				f = device.Factors{K: 7, A: h.matrix(21, 7, 0), B: h.matrix(7, 36, 0)}
			}
			p.More = append(p.More, f)
		}
		list = append(list, p)
	}
	return list
}

// A product of several factors is one launch where they lie alike, and where they do not
// each adds to what the ones before left.
func TestFurtherFactors(t *testing.T) {
	for _, k := range fewest([]int{40, 1600}) {
		for _, alike := range fewest([]bool{true, false}) {
			h := newHarness(t)
			h.same(rounding(3*k), &device.Products{List: h.together(k, alike)})
		}
	}
}

// A bias's gradient comes with its weight's, stored either way, with each tile and where K
// is split; a frozen bias has none.
func TestSumsOfRows(t *testing.T) {
	for _, s := range fewest([]struct{ m, n, k int }{{33, 70, 1600}, {3, 300, 40}, {70, 3, 33}, {33, 70, 64}, {130, 520, 21}, {200, 20, 1600}}) {
		h := newHarness(t)
		p, q := h.product(true, false, s.m, s.n, s.k, 0), h.product(true, false, s.m, s.n, s.k, 0)
		p.Sums, q.Sums, q.AccSums = h.undefined(s.m), h.random(s.m), true
		u, v := h.product(true, false, s.m, s.n, s.k, 0), h.product(true, false, s.m, s.n, s.k, 0)
		u.Sums, v.Sums, v.AccSums = h.undefined(s.n), h.random(s.n), true
		u.SumsOfB, v.SumsOfB = true, true
		frozen := h.product(true, false, s.m, s.n, s.k, 0)
		frozen.SumsOfB = true
		h.same(rounding(s.k), &device.Products{List: []device.Product{p, q, u, v, frozen}})
	}
}

func TestNoBfloat16(t *testing.T) {
	forward, _ := opened(t)
	defer func() {
		var e *UnsupportedError
		if err, ok := recover().(error); !ok || !errors.As(err, &e) {
			t.Errorf("panicked with %v", err)
		}
	}()
	forward.Run(&device.Products{Precision: device.Bfloat16})
}
