package vulkan

import (
	"math"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// update returns an update of n random numbers, its moments as they are in training.
func (h *harness) update(n, cols int, decay float64) device.Update {
	u := device.Update{P: h.random(n), M: h.random(n), V: h.random(n), G: h.random(n), Cols: cols}
	for i := range u.V.Floats() {
		u.V.Floats()[i] *= u.V.Floats()[i]
	}
	u.With = kernels.AdamW{LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-6, WeightDecay: decay, Step: 3, Scale: 0.5}.Factors()
	return u
}

// Dense and sparse updates, of sizes that fill no vector and more than one chunk, at
// their rates; a parameter that is not finite any more is named, the first of two.
func TestAdamW(t *testing.T) {
	h := newHarness(t)
	all := []device.Update{h.update(1, 1, 0), h.update(chunkSize+5, 1, 0.01), h.update(63, 7, 0.1)}
	sparse := h.update(40*7, 7, 0)
	sparse.Sparse, sparse.Rows = true, []int32{0, 3, 39}
	decaying := h.update(70*9, 9, 0.1)
	decaying.Sparse, decaying.Rows, decaying.DecayOthers = true, []int32{1, 32, 33, 69}, 3e-3
	odd := h.update(20, 1, 0.01)
	odd.P, odd.M, odd.V, odd.G = odd.P.From(1), odd.M.From(1), odd.V.From(1), odd.G.From(1)
	all = append(all, sparse, decaying, odd)
	// The CPU's assembly may fuse a product and a sum, which the shader must not.
	tol := golden.Tolerance{Abs: 1e-8, Rel: 4e-7}
	h.same(tol, &device.AdamW{Updates: all})

	all[2].G.Floats()[5], all[5].P.Floats()[0] = float32(math.Inf(1)), float32(math.NaN())
	h.same(tol, &device.AdamW{Updates: all})
	h.same(tol, &device.AdamW{})
}

// The clipping's factor is made from a norm that stays on the device.
func TestAdamWClips(t *testing.T) {
	for _, most := range fewest([]float64{0.5, 1e6}) {
		h := newHarness(t)
		u := h.update(300, 1, 0.01)
		norm := &device.Squares{Parts: []device.Part{{X: u.G}}, Total: h.ignore(h.undefined(2))}
		h.same(golden.Tolerance{Abs: 1e-7, Rel: 2e-6}, norm, &device.AdamW{Updates: []device.Update{u}, Norm: norm, MaxNorm: most})
	}
}

// Of gradients that were multiplied by a scale the update is that of those without, and there
// is none where their norm is not finite. Here every number is exact but the norm.
func TestAdamWOfScaledGradients(t *testing.T) {
	for _, c := range fewest([]struct{ scale, most, spoilt float64 }{{1 << 16, 0.5, 0}, {1. / 1024, 0.5, 0}, {1 << 16, 1e6, 0},
		{1 << 16, 0.5, math.Inf(1)}, {1 << 16, 0.5, math.NaN()}, {device.MostScale, 0.5, 0}}) {
		h := newHarness(t)
		u, sparse := h.update(300, 1, 0.01), h.update(70*9, 9, 0.1)
		sparse.Sparse, sparse.Rows, sparse.DecayOthers = true, []int32{1, 32, 33, 69}, 3e-3
		for _, g := range []device.Buffer{u.G, sparse.G} {
			for i := range g.Floats() {
				g.Floats()[i] *= float32(c.scale)
			}
		}
		if c.spoilt != 0 {
			u.G.Floats()[77] = float32(c.spoilt)
		}
		state := h.undefined(2)
		state.Floats()[0], state.Floats()[1] = float32(c.scale), device.GrowthInterval-1
		norm := &device.Squares{Parts: []device.Part{{X: u.G}, {X: sparse.G, Sparse: true, Rows: sparse.Rows, Cols: 9}},
			Total: h.ignore(h.undefined(2))}
		h.same(golden.Tolerance{Abs: 1e-7, Rel: 2e-6}, norm,
			&device.AdamW{Updates: []device.Update{u, sparse}, Norm: norm, MaxNorm: c.most, Scaled: state},
			&device.LossScale{State: state, Norm: norm}, &device.LossScale{State: state, Norm: norm})
	}
}

// Where the device rounds square roots and divisions correctly, as the software
// drivers do, the update has the very bytes of the CPU's plain loop.
func TestAdamWHasTheBytesOfThePlainLoop(t *testing.T) {
	forward, _ := opened(t)
	if !forward.Info().CPU {
		t.Skip("NOT RUN: a GPU may round square roots and divisions otherwise")
	}
	h := newHarness(t)
	u := h.update(5000, 1, 0.01)
	f := u.With
	p, m, v, g := u.P.Floats(), u.M.Floats(), u.V.Floats(), u.G.Floats()
	var on [4]device.Buffer
	for i, x := range [][]float32{p, m, v, g} {
		on[i] = forward.New(len(x))
		defer forward.Free(on[i])
		forward.Write(on[i], x)
	}
	forward.Run(&device.AdamW{Updates: []device.Update{{P: on[0], M: on[1], V: on[2], G: on[3], With: f}}})
	for i := range g {
		gi := g[i] * f[7]
		m[i] = float32(f[1]*m[i]) + float32(f[3]*gi)
		v[i] = float32(f[2]*v[i]) + float32(float32(f[4]*gi)*gi)
		x := p[i] - float32(float32(f[0]*m[i])/float32(float32(math.Sqrt(float64(v[i])))+f[5]))
		p[i] = x - float32(f[6]*x)
	}
	for i, want := range [][]float32{p, m, v} {
		got := make([]float32, len(want))
		forward.Read(got, on[i])
		if at := differ(got, want); at >= 0 {
			t.Errorf("array %d, element %d: %v, want %v", i, at, got[at], want[at])
		}
	}
}

func TestSquares(t *testing.T) {
	h := newHarness(t)
	parts := []device.Part{{X: h.random(1)}, {X: h.random(2*chunkSize + 3)}, {X: h.random(90), Sparse: true, Rows: []int32{0, 8}, Cols: 10},
		{X: h.random(12), Sparse: true, Cols: 4}}
	// Terms of one sign: each of the few levels of additions rounds by 6e-8.
	h.same(golden.Tolerance{Rel: 2e-6}, &device.Squares{Parts: parts},
		&device.Squares{Parts: parts[:1], Total: h.ignore(h.undefined(2))},
		&device.Squares{})
}

func TestFinite(t *testing.T) {
	h := newHarness(t)
	calls := []device.Call{&device.Finite{X: h.random(chunkSize + 9)}}
	for i, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		x := h.random(chunkSize + 9)
		x.Floats()[i*chunkSize/2] = float32(v)
		calls = append(calls, &device.Finite{X: x})
	}
	h.same(golden.Exact, calls...)
}

// Squares whose sum is beyond a float32 still give the norm, and the clipping; at the
// edge both ways of a sum say the same.
func TestSquaresBeyondAFloat(t *testing.T) {
	for _, size := range []float32{1e17, 1e18, 1.8e19, 1e25, 1e34} {
		h := newHarness(t)
		large := func(n int) device.Buffer {
			x := h.random(n)
			for i := range x.Floats() {
				x.Floats()[i] *= size
			}
			return x
		}
		u := h.update(300, 1, 0.01)
		for i := range u.G.Floats() {
			u.G.Floats()[i] *= size
		}
		u.With[7] = 1 // not clipped otherwise
		norm := &device.Squares{Parts: []device.Part{{X: u.G}, {X: large(2*chunkSize + 3)}}, Total: h.ignore(h.undefined(2))}
		var list []device.Product
		for _, k := range []int{30, 1600} { // K split, too
			p := h.product(true, false, 70, 33, k, 0)
			for i := range p.A.Floats() {
				p.A.Floats()[i] *= size
			}
			p.Squares = new(float64)
			list = append(list, p)
			norm.Parts = append(norm.Parts, device.Part{X: h.ignore(p.C.Buffer), Known: p.Squares})
		}
		h.same(golden.Tolerance{Abs: 1e-6, Rel: 3e-6}, &device.Products{List: list}, norm,
			&device.AdamW{Updates: []device.Update{u}, Norm: norm, MaxNorm: 1})
	}
}
