package pieces

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestJoints holds the heap to sorting, and ranks to the order of scores.
func TestJoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	scores := []float32{-3e38, -7, -1.5, -1e-30, 0, 1e-30, 2, 3e38}
	for i, s := range scores[1:] {
		if rankOf(s) >= rankOf(scores[i]) {
			t.Errorf("rank of %v is not below that of %v", s, scores[i])
		}
	}
	if negative := -scores[4]; rankOf(negative) != rankOf(0) {
		t.Error("-0 has another rank than 0")
	}
	for range 200 {
		var h joints
		var want []joint
		for i := range rng.IntN(60) {
			j := jointOf(rng.Uint32N(5), int32(i), rng.Int32())
			want = append(want, j)
			h.push(j)
		}
		slices.SortFunc(want, func(a, b joint) int { return cmp.Compare(a.order, b.order) })
		for i := range want {
			if got := h.pop(); got != want[i] {
				t.Fatalf("place %d: got %v, want %v", i, got, want[i])
			}
		}
	}
}
