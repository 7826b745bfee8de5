package vulkan

import (
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
)

const relativeModel = 70 // half of it is no whole tile

type related struct {
	sequences
	shift              int // 0: factorized
	separate, acc, pad bool
}

func (h *harness) relative(s related) *device.RelativeAttention {
	a := h.attention(s.sequences)
	w := a.Width
	r := &device.RelativeAttention{Y: a.Y, Q: a.Q, K: a.K, V: a.V, WordBias: h.random(w), PositionBias: h.random(w),
		TypeBias: h.random(w), Kernel: h.random(relativeModel * w), Types: h.random(2 * w), Heads: s.heads, Width: w,
		Model: relativeModel, Offsets: a.Offsets, KeyOff: a.KeyOff, SeparateCls: s.separate, Drop: a.Drop,
		QueryTypes: h.ints(last(a.Offsets), 3), KeyTypes: h.ints(last(a.KeyOff), 3)}
	for _, n := range s.nk {
		if s.pad {
			n -= n / 3
		}
		r.KeyReal = append(r.KeyReal, int32(n))
	}
	if s.shift > 0 {
		x := &device.Shifted{Shift: s.shift, Queries: slices.Max(s.nq) + 1, Keys: slices.Max(s.nk) + 1}
		x.Rows = x.Shift*(x.Queries-1) + x.Keys + 3
		x.Encodings = h.random(x.Rows * relativeModel)
		r.Shifted, r.Table = x, h.undefined(x.Rows*w)
	} else {
		r.Factorized = &device.Factorized{Query: h.random(80 * relativeModel), Key: h.random(80 * relativeModel),
			At: h.ints(last(a.Offsets), 80), Keys: h.ints(last(a.KeyOff), 80)}
	}
	r.Probs = h.probs(r, r.Scores())
	return r
}

// ints returns n numbers below limit.
func (h *harness) ints(n int, limit int32) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = h.rng.Int32N(limit)
	}
	return x
}

func TestRelativeAttention(t *testing.T) {
	for _, s := range smallest([]related{
		{sequences: sequences{heads: 2, d: 16, nq: []int{3}, nk: []int{3}}, shift: 1},
		{sequences: sequences{heads: 2, d: 5, nq: []int{1, 0, 17, 65, 2}, nk: []int{1, 0, 17, 65, 2}, drop: true}, shift: 1,
			separate: true, acc: true},
		{sequences: sequences{heads: 1, d: 40, nq: []int{50, 33, 1}, nk: []int{100, 65, 2}}, shift: 2, separate: true, pad: true},
		// More rows than are staged at once.
		{sequences: sequences{heads: 1, d: 16, nq: []int{40}, nk: []int{70}}, shift: 4, pad: true},
		{sequences: sequences{heads: 2, d: 16, nq: []int{3, 0, 40}, nk: []int{3, 2, 70}, drop: true}, separate: true, acc: true,
			pad: true},
		{sequences: sequences{heads: 1, d: 40, nq: []int{35}, nk: []int{35}}},
	}) {
		t.Run(s.String(), func(t *testing.T) {
			h := newHarness(t)
			r := h.relative(s)
			x := h.grad(&device.Attention{Offsets: r.Offsets, KeyOff: r.KeyOff, Width: r.Width})
			g := &device.RelativeGrad{Of: r, DY: x.DY, DQ: x.DQ, DK: x.DK, DV: x.DV}
			grads := []gradient{{"Q", r.Q.Buffer, g.DQ.Buffer, r.Q.LD, g.DQ.LD, r.Width},
				{"K", r.K.Buffer, g.DK.Buffer, r.K.LD, g.DK.LD, r.Width}, {"V", r.V.Buffer, g.DV.Buffer, r.V.LD, g.DV.LD, r.Width}}
			for _, p := range []struct {
				name string
				of   device.Buffer
				grad *device.ParamGrad
			}{
				{"WordBias", r.WordBias, &g.WordBias}, {"PositionBias", r.PositionBias, &g.PositionBias},
				{"TypeBias", r.TypeBias, &g.TypeBias}, {"Types", r.Types, &g.Types}, {"Kernel", r.Kernel, &g.Kernel},
			} {
				n := p.of.Len()
				if *p.grad = (device.ParamGrad{Buffer: h.undefined(n)}); s.acc {
					*p.grad = device.ParamGrad{Buffer: h.random(n), Acc: true}
					continue
				}
				grads = append(grads, gradient{p.name, p.of, p.grad.Buffer, n, n, n})
			}
			h.same(golden.Tolerance{Abs: 2e-5, Rel: 2e-5}, r, g)
			h.right(r, g.DY, r.Y, grads)
		})
	}
}

// Gradients that are not wanted are not written, and cost no launch.
func TestRelativeGradOfFrozenParameters(t *testing.T) {
	for _, shift := range []int{0, 1} {
		h := newHarness(t)
		r := h.relative(related{sequences: sequences{heads: 2, d: 16, nq: []int{3}, nk: []int{5}}, shift: shift})
		x := h.grad(&device.Attention{Offsets: r.Offsets, KeyOff: r.KeyOff, Width: r.Width})
		h.same(golden.Tolerance{Abs: 2e-5, Rel: 2e-5}, r, &device.RelativeGrad{Of: r, DY: x.DY, DQ: x.DQ, DK: x.DK, DV: x.DV,
			TypeBias: device.ParamGrad{Buffer: h.undefined(r.Width)}})
	}
}
