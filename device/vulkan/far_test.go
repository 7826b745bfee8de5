package vulkan

import (
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
)

// Tables of all heads and common ones, one of them or both or neither; several
// distances that share a row, rows that no distance has, and queries at any places
// among their keys, farther apart than the rows that are staged at once.
func TestDistanceAttention(t *testing.T) {
	for _, s := range smallest([]struct {
		sequences
		byQuery, byKey, common, scattered bool
		alike                             int // distances that share a row
	}{
		{sequences: sequences{heads: 2, d: 16, nq: []int{3}, nk: []int{3}}, byQuery: true, byKey: true, alike: 1},
		{sequences: sequences{heads: 3, d: 5, nq: []int{1, 0, 17, 65, 2}, nk: []int{1, 0, 17, 65, 2}, drop: true}, byQuery: true,
			byKey: true, common: true, alike: 3},
		{sequences: sequences{heads: 2, d: 40, nq: []int{100, 33}, nk: []int{100, 33}, causal: true}, byQuery: true, common: true,
			alike: 1},
		{sequences: sequences{heads: 2, d: 16, nq: []int{1, 2, 0, 40}, nk: []int{33, 7, 4, 100}}, byQuery: true, byKey: true,
			scattered: true, alike: 2},
		{sequences: sequences{heads: 1, d: 16, nq: []int{70}, nk: []int{70}}, byKey: true, alike: 4},
		{sequences: sequences{heads: 1, d: 16, nq: []int{5}, nk: []int{5}}, alike: 1},
	}) {
		t.Run(s.String(), func(t *testing.T) {
			h := newHarness(t)
			a := &device.DistanceAttention{Attention: *h.attention(s.sequences), Zero: 129, DistanceScale: 0.5}
			for i := range 2*a.Zero + 1 {
				a.Rows = append(a.Rows, int32(2+i/s.alike))
			}
			ld, rows := a.Width, int(a.Rows[2*a.Zero])+2
			if s.common {
				ld = s.d
			}
			if s.scattered {
				for i, n := range s.nq {
					for range n {
						a.At = append(a.At, h.rng.Int32N(int32(s.nk[i])))
					}
				}
			}
			g := &device.DistanceGrad{Of: a}
			if s.byQuery {
				a.ByQuery, g.ByQuery = device.Matrix{Buffer: h.random(rows * ld), LD: ld}, h.undefined(rows*ld)
			}
			if s.byKey {
				a.ByKey, g.ByKey = device.Matrix{Buffer: h.random(rows * ld), LD: ld}, h.undefined(rows*ld)
			}
			a.Probs = h.probs(a, a.Scores())
			x := h.grad(&a.Attention)
			g.DY, g.DQ, g.DK, g.DV = x.DY, x.DQ, x.DK, x.DV
			h.same(golden.Tolerance{Abs: 2e-6, Rel: 2e-5}, a, g)
			grads := []gradient{{"Q", a.Q.Buffer, g.DQ.Buffer, a.Q.LD, g.DQ.LD, a.Width},
				{"K", a.K.Buffer, g.DK.Buffer, a.K.LD, g.DK.LD, a.Width}, {"V", a.V.Buffer, g.DV.Buffer, a.V.LD, g.DV.LD, a.Width}}
			if s.byQuery {
				grads = append(grads, gradient{"ByQuery", a.ByQuery.Buffer, g.ByQuery, ld, ld, ld})
			}
			if s.byKey {
				grads = append(grads, gradient{"ByKey", a.ByKey.Buffer, g.ByKey, ld, ld, ld})
			}
			h.right(a, g.DY, a.Y, grads)
		})
	}
}
