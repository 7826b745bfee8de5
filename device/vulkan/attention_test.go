package vulkan

import (
	"fmt"
	"math"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// sequences are shapes of an attention: queries and keys of each.
type sequences struct {
	heads, d     int
	nq, nk       []int
	causal, drop bool
}

func (s sequences) String() string {
	return fmt.Sprintf("%dx%d,%v,%v,causal=%t,drop=%t", s.heads, s.d, s.nq, s.nk, s.causal, s.drop)
}

func (s sequences) dropper() kernels.Dropper {
	d := kernels.Dropper{Seed: 7, Step: 3, Site: 11}
	if s.drop {
		d.P = 0.2
	}
	return d
}

func offsetsOf(lens []int) []int32 {
	o := []int32{0}
	for _, n := range lens {
		o = append(o, o[len(o)-1]+int32(n))
	}
	return o
}

func last(offsets []int32) int { return int(offsets[len(offsets)-1]) }

// probs is room for the CPU's probabilities and for what the device keeps instead.
func (h *harness) probs(c device.Call, scores int) device.Buffer {
	return h.ignore(h.undefined(max(scores, kept(c))))
}

// attention is a call with queries, and keys and values side by side, of odd strides.
func (h *harness) attention(s sequences) *device.Attention {
	w := s.heads * s.d
	a := &device.Attention{Heads: s.heads, Width: w, Offsets: offsetsOf(s.nq), KeyOff: offsetsOf(s.nk), Causal: s.causal, Scale: 0.7,
		Drop: s.dropper()}
	kv := h.random(last(a.KeyOff)*2*w + 1)
	a.Q = device.Matrix{Buffer: h.random(last(a.Offsets) * (w + 3)), LD: w + 3}
	for i := range a.Q.Floats() {
		if i%a.Q.LD >= w { // nobody's
			a.Q.Floats()[i] = float32(math.NaN())
		}
	}
	a.K, a.V = device.Matrix{Buffer: kv.From(1), LD: 2 * w}, device.Matrix{Buffer: kv.From(1 + w), LD: 2 * w}
	a.Y = h.undefined(last(a.Offsets) * w)
	a.Probs = h.probs(a, a.Scores())
	return a
}

// grad is the call of an attention's gradient.
func (h *harness) grad(a *device.Attention) *device.AttentionGrad {
	w := a.Width
	kv := h.undefined(last(a.KeyOff) * 2 * w)
	return &device.AttentionGrad{Of: a, DY: h.random(last(a.Offsets) * w),
		DQ: device.Matrix{Buffer: h.undefined(last(a.Offsets) * (w + 2)), LD: w + 2},
		DK: device.Matrix{Buffer: kv, LD: 2 * w}, DV: device.Matrix{Buffer: kv.From(w), LD: 2 * w}}
}

// Heads are as wide as a tile's columns, narrower, wider, and wider than four of
// them; sequences have one token, none, fewer, as many and more than a tile's rows,
// keys without queries and queries without keys.
func TestAttention(t *testing.T) {
	for _, s := range smallest([]sequences{
		{heads: 2, d: 16, nq: []int{3}, nk: []int{3}},
		{heads: 3, d: 5, nq: []int{1, 0, 17, 65, 2}, nk: []int{1, 0, 17, 65, 2}},
		{heads: 2, d: 64, nq: []int{100, 33}, nk: []int{100, 33}, drop: true},
		{heads: 1, d: 16, nq: []int{5, 40, 0, 3, 64}, nk: []int{33, 7, 4, 0, 100}, drop: true},
		{heads: 2, d: 5, nq: []int{65, 1, 32}, nk: []int{65, 1, 32}, causal: true, drop: true},
		{heads: 2, d: 16, nq: []int{3, 33}, nk: []int{40, 100}, causal: true},
		{heads: 1, d: 130, nq: []int{35}, nk: []int{35}},
	}) {
		t.Run(s.String(), func(t *testing.T) {
			h := newHarness(t)
			a := h.attention(s)
			g := h.grad(a)
			h.same(golden.Tolerance{Abs: 1e-6, Rel: 1e-5}, a, g)
			h.right(a, g.DY, a.Y, []gradient{{"Q", a.Q.Buffer, g.DQ.Buffer, a.Q.LD, g.DQ.LD, a.Width},
				{"K", a.K.Buffer, g.DK.Buffer, a.K.LD, g.DK.LD, a.Width}, {"V", a.V.Buffer, g.DV.Buffer, a.V.LD, g.DV.LD, a.Width}})
		})
	}
}

// A sequence's keys and values go behind those that it has; the rest of the caches
// stays as it is.
func TestCachedAttention(t *testing.T) {
	for _, c := range smallest([]struct {
		heads, d  int
		lens, add []int
	}{
		{2, 16, []int{0, 5, 40}, []int{3, 1, 1}},
		{2, 16, []int{0, 5, 300}, []int{1, 1, 1}}, // one row each is another kernel
		{3, 65, []int{127, 128}, []int{1, 1}},
		{1, 129, []int{3}, []int{1}},
		{3, 5, []int{64, 7, 0, 100}, []int{1, 0, 33, 2}},
	}) {
		h := newHarness(t)
		w, off := c.heads*c.d, offsetsOf(c.add)
		a := &device.CachedAttention{Y: h.undefined(last(off) * w), QKV: h.random(last(off) * 3 * w), Heads: c.heads, Width: w,
			Offsets: off, Scale: 0.4}
		for s, n := range c.lens {
			a.Cache, a.Lens = append(a.Cache, h.random((n+c.add[s]+2)*2*w)), append(a.Lens, int32(n))
		}
		h.same(golden.Tolerance{Abs: 1e-6, Rel: 1e-5}, a)
	}
}
