package vulkan

import (
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// slow are the kernels that take a driver long to compile under a layer that looks at
// every access: products and attention. Each is given its smallest shapes here, with as
// many of its ways to memory in one kernel as there can be.
var slow = []struct {
	name string
	run  func(h *harness)
}{
	// Rows with gaps, so that every edge is read number by number.
	{"a product", func(h *harness) {
		p := h.product(false, true, 5, 7, 9, 1)
		p.Acc = true
		p.Then = device.Epilogue{Bias: h.random(7), Act: kernels.Tanh, Slope: true, Y: h.matrix(5, 7, 1),
			Drop: kernels.Dropper{Seed: 3, Step: 1, Site: 2, P: 0.3}, Residual: h.matrix(5, 7, 1)}
		h.same(rounding(30), &device.Products{List: []device.Product{p}})
	}},
	{"products in vectors, of several factors, times a matrix", func(h *harness) {
		var list []device.Product
		for range 2 {
			p := h.product(false, false, 6, 8, 12, 0)
			p.More = []device.Factors{{K: 12, A: h.matrix(6, 12, 0), B: h.matrix(12, 8, 0)}}
			list = append(list, p)
		}
		q := h.product(false, false, 6, 8, 12, 0)
		q.Then.Times = h.matrix(6, 8, 0)
		h.same(rounding(30), &device.Products{List: append(list, q)})
	}},
	{"products with sums of rows and of columns, and squares", func(h *harness) {
		p, q := h.product(true, false, 6, 9, 12, 0), h.product(true, false, 6, 9, 12, 0)
		p.Sums, p.AccSums, p.Squares = h.random(6), true, new(float64)
		q.Sums, q.SumsOfB = h.undefined(9), true
		s := &device.Squares{Total: h.ignore(h.undefined(2)), Parts: []device.Part{{X: p.C.Buffer, Known: p.Squares}}}
		h.same(rounding(30), &device.Products{List: []device.Product{p, q}}, s)
	}},
	{"a product in parts", func(h *harness) {
		p := h.product(true, false, 5, 6, 1600, 0)
		p.Sums, p.Squares = h.undefined(5), new(float64)
		s := &device.Squares{Total: h.ignore(h.undefined(2)), Parts: []device.Part{{X: p.C.Buffer, Known: p.Squares}}}
		h.same(golden.Tolerance{Abs: 4e-7 + 1e-7*1600, Rel: 3e-6}, &device.Products{List: []device.Product{p}}, s)
	}},
	{"products of few rows", func(h *harness) {
		p, q := h.product(false, true, 3, 7, 9, 1), h.product(false, false, 1, 7, 9, 0)
		p.Then.Bias = h.random(7)
		h.same(rounding(30), &device.Products{List: []device.Product{p, q}})
	}},
	{"attention", func(h *harness) {
		a := h.attention(sequences{heads: 2, d: 5, nq: []int{3, 1}, nk: []int{3, 2}, causal: true, drop: true})
		h.same(golden.Tolerance{Abs: 1e-6, Rel: 1e-5}, a, h.grad(a))
	}},
	{"attention to cached keys", func(h *harness) { h.cached([]int{0, 2}, []int{3, 1}) }},
	{"attention of a row each to cached keys", func(h *harness) { h.cached([]int{0, 2}, []int{1, 1}) }},
	{"attention with shifted positions", func(h *harness) { h.slowRelative(1) }},
	{"attention with factorized positions", func(h *harness) { h.slowRelative(0) }},
	{"attention by distance", func(h *harness) {
		a := &device.DistanceAttention{Attention: *h.attention(sequences{heads: 2, d: 5, nq: []int{3}, nk: []int{3}}),
			Zero: 2, DistanceScale: 0.5, Rows: []int32{0, 1, 2, 3, 4}}
		ld := a.Width
		a.ByQuery, a.ByKey = device.Matrix{Buffer: h.random(5 * ld), LD: ld}, device.Matrix{Buffer: h.random(5 * ld), LD: ld}
		a.Probs = h.probs(a, a.Scores())
		x := h.grad(&a.Attention)
		h.same(golden.Tolerance{Abs: 2e-6, Rel: 2e-5}, a, &device.DistanceGrad{Of: a, DY: x.DY, DQ: x.DQ, DK: x.DK, DV: x.DV,
			ByQuery: h.undefined(5 * ld), ByKey: h.undefined(5 * ld)})
	}},
}

// cached attends with so many rows to sequences that have so many.
func (h *harness) cached(lens, add []int) {
	off := offsetsOf(add)
	a := &device.CachedAttention{Y: h.undefined(last(off) * 10), QKV: h.random(last(off) * 30), Heads: 2, Width: 10, Offsets: off,
		Scale: 0.4}
	for s, n := range lens {
		a.Cache, a.Lens = append(a.Cache, h.random((n+add[s])*20)), append(a.Lens, int32(n))
	}
	h.same(golden.Tolerance{Abs: 1e-6, Rel: 1e-5}, a)
}

func (h *harness) slowRelative(shift int) {
	r := h.relative(related{sequences: sequences{heads: 2, d: 5, nq: []int{3}, nk: []int{3}}, shift: shift, separate: true})
	x := h.grad(&device.Attention{Offsets: r.Offsets, KeyOff: r.KeyOff, Width: r.Width})
	g := &device.RelativeGrad{Of: r, DY: x.DY, DQ: x.DQ, DK: x.DK, DV: x.DV}
	for p, of := range map[*device.ParamGrad]device.Buffer{&g.WordBias: r.WordBias, &g.PositionBias: r.PositionBias,
		&g.TypeBias: r.TypeBias, &g.Types: r.Types, &g.Kernel: r.Kernel} {
		*p = device.ParamGrad{Buffer: h.undefined(of.Len())}
	}
	h.same(golden.Tolerance{Abs: 2e-5, Rel: 2e-5}, r, g)
}

// Every kernel that compiles slowly under a layer that looks at accesses, at its smallest
// shapes: the others' tests are run as they are.
func TestAccessesOfSlowKernels(t *testing.T) {
	if !accesses() {
		t.Skip("NOT RUN: no layer looks at accesses; VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT makes it do so")
	}
	for _, s := range slow {
		t.Run(s.name, func(t *testing.T) { s.run(newHarness(t)) })
	}
}
