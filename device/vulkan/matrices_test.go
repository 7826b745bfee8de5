package vulkan

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/rates"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// nearestFloat16 is the float16 next to x, of two the even one.
func nearestFloat16(x float32) float64 {
	v := float64(x)
	if math.Abs(v) >= 65520 {
		return math.Copysign(math.Inf(1), v)
	}
	if v == 0 || math.IsNaN(v) {
		return v
	}
	unit := math.Ldexp(1, max(math.Ilogb(v), -14)-10)
	return math.RoundToEven(v/unit) * unit
}

// newHalfHarness is a harness whose products are in float16. It skips where the device has no
// cooperative matrices, and fails where a driver with some is in use: see matrices.sh.
func newHalfHarness(t *testing.T) *harness {
	h := newHarness(t)
	forward, _ := opened(t)
	if why := forward.refuses(device.Float16); why != "" {
		if os.Getenv("MATRICES_EXEC") != "" {
			t.Fatalf("%s is to have products in float16: %s", forward.info.Name, why)
		}
		t.Skipf("NOT RUN: %s has no products in float16: %s", forward.info.Name, why)
	}
	h.compute = h.half
	return h
}

// half computes calls as the CPU does, but products by loops in float64 over factors that are
// rounded to float16. The CPU finishes them: it multiplies what the loops give by the identity.
func (h *harness) half(calls ...device.Call) {
	for _, c := range calls {
		products, ok := c.(*device.Products)
		if !ok {
			h.cpu.Run(c)
			continue
		}
		for _, p := range products.List {
			z := make([]float64, p.M*p.N)
			for _, f := range append([]device.Factors{{K: p.K, A: p.A, B: p.B}}, p.More...) {
				for i := range p.M * p.N {
					for k := range f.K {
						a, b := i/p.N*f.A.LD+k, k*f.B.LD+i%p.N
						if p.TA {
							a = k*f.A.LD + i/p.N
						}
						if p.TB {
							b = i%p.N*f.B.LD + k
						}
						z[i] += nearestFloat16(f.A.Floats()[a]) * nearestFloat16(f.B.Floats()[b])
					}
				}
			}
			h.sumRows(&p)
			p.TA, p.TB, p.K, p.More, p.Sums = false, false, p.N, nil, device.Buffer{}
			p.A, p.B = device.Matrix{LD: p.N}, device.Matrix{LD: p.N}
			if len(z) > 0 {
				rounded, identity := make([]float32, len(z)), make([]float32, p.N*p.N)
				for i, v := range z {
					rounded[i] = float32(v)
				}
				for i := range p.N {
					identity[i*p.N+i] = 1
				}
				p.A.Buffer, p.B.Buffer = device.Host(rounded), device.Host(identity)
			}
			h.cpu.Run(&device.Products{List: []device.Product{p}})
		}
	}
}

// sumRows leaves the sums of the rows of op(A), or of op(B)'s columns, which are not rounded.
func (h *harness) sumRows(p *device.Product) {
	if p.Sums.None() {
		return
	}
	of, n := p.A, p.M
	if p.SumsOfB {
		of, n = p.B, p.N
	}
	for i := range n {
		sum := 0.0
		if p.AccSums {
			sum = float64(p.Sums.Floats()[i])
		}
		for k := range p.K {
			sum += float64(of.Floats()[k*of.LD+i])
		}
		p.Sums.Floats()[i] = float32(sum)
	}
}

// halves holds products in float16 to the loops.
func (h *harness) halves(tol golden.Tolerance, list ...device.Product) {
	h.t.Helper()
	h.same(tol, &device.Products{Precision: device.Float16, List: list})
}

// Every grid and every form at edges that fill none, rows with gaps, and K in parts or not. A
// kernel takes a driver seconds to compile: with -short few of the larger ones are.
func TestHalfProducts(t *testing.T) {
	forward, _ := opened(t)
	for _, c := range []struct{ m, n, k, forms int }{
		{1, 1, 1, 4}, {1, 300, 40, 4}, {3, 257, 160, 4}, {4, 5, 0, 4}, // few rows, and small
		{5, 5, 5, 4}, {33, 70, 31, 4}, {64, 64, 64, 4}, {129, 3, 33, 4}, {33, 37, 700, 4},
		{130, 520, 21, 2}, {193, 520, 540, 2}, // medium
		{130, 6150, 17, 1}, // large
	} {
		g, _, parts := forward.info.Matrices.Spread(c.m, c.n, c.k, 1, forward.info.Shared)
		for i := range c.forms {
			form := (c.k + i) % 4
			if testing.Short() && (g.BM > 64 || g.BM > 32 && (i > 0 || parts > 1) || parts > 1 && i > 1) {
				continue
			}
			pad := []int{0, 3, 4, 1}[form]
			ta, tb := form&1 != 0, form&2 != 0
			t.Run(fmt.Sprintf("%dx%dx%d/ta=%t/tb=%t/pad=%d/grid=%dx%d/parts=%d", c.m, c.n, c.k, ta, tb, pad, g.BM, g.BN, parts),
				func(t *testing.T) {
					h := newHalfHarness(t)
					p := h.product(ta, tb, c.m, c.n, c.k, pad)
					p.Acc = (form+c.m)%4 == 1
					h.halves(rounding(c.k), p)
				})
		}
	}
}

// Each number is rounded once, to the nearest float16, of two the even one; beyond the largest
// it is infinite, and what is no number stays none.
func TestHalvesAreTheNearest(t *testing.T) {
	edges := []float32{0, 1, 1 + 1.0/2048, 1 + 3.0/2048, 1 + 1.0/2048 + 1.0/(1<<20), 1 + 1.0/2048 - 1.0/(1<<20), 2047.5, 2048.5,
		2049, 2051, 65504, 65519.996, 65520, 65536, 1e9, float32(math.Inf(1)), float32(math.NaN()), 0x1p-14, 0x1p-14 - 0x1p-26,
		0x1.ffep-15, 0x1.fffp-15, 0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1.8p-24, 0x2.8p-24, 0x1.fep-20, 1e-9, 1e-38, 0x1.234567p-16, 0.1, 1.0 / 3, 1000.7}
	for _, x := range edges[:len(edges):len(edges)] {
		edges = append(edges, -x)
	}
	for range 64 - len(edges)%64 {
		edges = append(edges, 0.3)
	}
	for _, rows := range []int{1, len(edges)} { // as few rows, and by matrices
		h := newHalfHarness(t)
		a, one := append([]float32(nil), edges...), []float32{1}
		p := device.Product{M: len(edges), N: 1, K: 1, A: device.Matrix{Buffer: h.of(a), LD: 1},
			B: device.Matrix{Buffer: h.of(one), LD: 1}, C: device.Matrix{Buffer: h.undefined(len(edges)), LD: 1}}
		if rows == 1 {
			p.M, p.N, p.A, p.B = 1, len(edges), p.B, device.Matrix{Buffer: p.A.Buffer, LD: len(edges)}
			p.C.LD = len(edges)
		}
		h.compute = func(...device.Call) { // 0 by infinity of the identity's would be none
			for i, x := range edges {
				p.C.Floats()[i] = float32(nearestFloat16(x))
			}
		}
		h.halves(golden.Tolerance{}, p)
	}
}

// Epilogues of whole products, of products in parts, and of few rows.
func TestHalfEpilogues(t *testing.T) {
	drop := kernels.Dropper{Seed: 3, Step: 1, Site: 2, P: 0.3}
	for _, s := range fewest([]struct{ m, k, pad int }{{21, 700, 4}, {21, 19, 0}, {21, 19, 1}, {3, 150, 1}}) {
		const n = 39
		m, k, pad := s.m, s.k, s.pad
		if testing.Short() && k == 700 {
			continue
		}
		for name, then := range map[string]func(h *harness, p *device.Product){
			"bias":                func(h *harness, p *device.Product) { p.Then.Bias = h.random(n) },
			"activation in place": func(h *harness, p *device.Product) { p.Then.Act = kernels.GELU },
			"slope": func(h *harness, p *device.Product) {
				p.Then = device.Epilogue{Bias: h.random(n), Act: kernels.GELU, Slope: true, Y: h.matrix(m, n, pad)}
			},
			"dropout and residual": func(h *harness, p *device.Product) {
				p.Then = device.Epilogue{Bias: h.random(n), Drop: drop, Residual: h.matrix(m, n, 2)}
			},
			"added, times a matrix": func(h *harness, p *device.Product) {
				p.Acc = true
				p.Then.Times = h.matrix(m, n, pad)
			},
			"all": func(h *harness, p *device.Product) {
				p.Acc = true
				p.Then = device.Epilogue{Bias: h.random(n), Act: kernels.Tanh, Slope: true, Y: h.matrix(m, n, pad), Drop: drop,
					Residual: h.matrix(m, n, pad)}
			},
		} {
			if testing.Short() && m > 3 && (name == "bias" || name == "activation in place") {
				continue // kernels of their own, which "all" has what is in
			}
			t.Run(fmt.Sprintf("m=%d/k=%d/pad=%d/%s", m, k, pad, name), func(t *testing.T) {
				h := newHalfHarness(t)
				p := h.product(false, true, m, n, k, pad)
				for i := range p.B.Floats() {
					p.B.Floats()[i] /= float32(math.Sqrt(float64(k)))
				}
				then(h, &p)
				h.halves(golden.Tolerance{Abs: 3e-6, Rel: 3e-6}, p)
			})
		}
	}
}

// Products of one call: those that are alike are one launch, of several factors too, and none
// waits; factors that lie otherwise are added by launches of their own.
func TestHalfProductsTogether(t *testing.T) {
	for _, k := range smallest([]int{40, 700}) {
		for _, alike := range fewest([]bool{true, false}) {
			h := newHalfHarness(t)
			list := h.together(k, alike)
			forward, _ := opened(t)
			before := forward.Counts().Kernels["matrixproduct"].Launches
			h.halves(rounding(3*k), append(list, device.Product{K: 3})...)
			want := 2 // one is added
			if !alike {
				want += 4
			}
			if got := forward.Counts().Kernels["matrixproduct"].Launches - before; got != want {
				t.Errorf("%d launches of products of %d, want %d", got, k, want)
			}
		}
	}
}

// A bias's gradient comes with its weight's, in float32, in each grid and in parts; and so do
// the squares of a gradient.
func TestSumsOfHalfProducts(t *testing.T) {
	for _, s := range smallest([]struct{ m, n, k int }{{33, 70, 64}, {33, 70, 700}, {3, 300, 40}, {70, 3, 33}, {130, 520, 21}}) {
		h := newHalfHarness(t)
		p, q := h.product(true, false, s.m, s.n, s.k, 0), h.product(true, false, s.m, s.n, s.k, 0)
		p.Sums, q.Sums, q.AccSums = h.undefined(s.m), h.random(s.m), true
		u, v := h.product(true, false, s.m, s.n, s.k, 0), h.product(true, false, s.m, s.n, s.k, 0)
		u.Sums, v.Sums, v.AccSums = h.undefined(s.n), h.random(s.n), true
		u.SumsOfB, v.SumsOfB = true, true
		frozen := h.product(true, false, s.m, s.n, s.k, 0)
		frozen.Squares, frozen.Acc = new(float64), true
		squares := &device.Squares{Total: h.ignore(h.undefined(2)), Parts: []device.Part{{X: frozen.C.Buffer, Known: frozen.Squares}}}
		h.same(golden.Tolerance{Abs: 4e-7 + 1e-7*float64(s.k), Rel: 3e-6},
			&device.Products{Precision: device.Float16, List: []device.Product{p, q, u, v, frozen}}, squares)
	}
}

// What is measured before float16 is computed in is the rate of products in each precision.
func TestFloat16Rates(t *testing.T) {
	newHalfHarness(t)
	b := alone(t, options{})
	if !rates.KeepsSmall(b) {
		t.Error("halves below 2^-14 are lost")
	}
	half, full := b.Float16Rates()
	if !(half > 0 && half < 1e6 && full > 0 && full < 1e6) {
		t.Errorf("%v and %v GFLOP/s", half, full)
	}
	for _, kernel := range []string{"matrixproduct", "product"} {
		if b.Counts().Kernels[kernel].Launches == 0 {
			t.Errorf("%s was not measured", kernel)
		}
	}
}
