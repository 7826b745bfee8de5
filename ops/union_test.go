package ops

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestUnion(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() []int32 {
		x := make([]int32, r.IntN(40))
		for i := range x {
			x[i] = int32(r.IntN(60))
		}
		slices.Sort(x)
		return slices.Compact(x)
	}
	for range 500 {
		a, b := draw(), draw()
		want := append(slices.Clone(a), b...)
		slices.Sort(want)
		want = slices.Compact(want)
		if got := union(slices.Clone(a), b); !slices.Equal(got, want) {
			t.Fatalf("union of %v and %v is %v", a, b, got)
		}
	}
}
