package tiling

import (
	"testing"

	"github.com/lmkor/bench/internal/vulkan"
)

// A tile's workgroups fit every device, its slices divide K by fours and C evenly, and the
// parts of K cover it. A workgroup's invocations are a power of two, for sums of squares are
// added by halves; and where an invocation has several blocks of an operand that is permuted in
// shared memory, they are a multiple of eight vectors apart, as far as the permutation goes.
func TestTiles(t *testing.T) {
	for _, tile := range []Tile{Large, Medium, Tall, Small, Flat, Narrow} {
		shared := 4*max(tile.BK*(tile.BM+tile.BN), (tile.Slices-1)*tile.BM*tile.BN/tile.Slices) + 8*tile.Invocations() + 4
		if tile.Invocations() > 256 || shared > vulkan.SharedBytes || tile.BM%4 != 0 || tile.BN%4 != 0 {
			t.Errorf("%v: %d invocations, %d bytes", tile, tile.Invocations(), shared)
		}
		if tile.BK%(4*tile.Slices) != 0 || tile.TM*tile.TN/4%tile.Slices != 0 {
			t.Errorf("%v: K or C is not whole fours of a slice", tile)
		}
		if n := tile.Invocations(); n&(n-1) != 0 {
			t.Errorf("%v: %d invocations, want a power of two", tile, n)
		}
		for _, s := range [][2]uint32{{tile.BM, tile.TM}, {tile.BN, tile.TN}} {
			if apart := s[0] / s[1]; s[1] > 4 && apart%min(8, s[0]/4) != 0 {
				t.Errorf("%v: blocks of an invocation are %d vectors apart, want a multiple of eight", tile, apart)
			}
		}
	}
	for _, s := range []struct{ m, n, k, count int }{{768, 768, 700, 1}, {3072, 768, 4096, 1}, {1, 32000, 768, 1}, {640, 2, 768, 1},
		{128, 128, 640, 3}, {5, 5, 100000, 1}} {
		tile, parts := For(s.m, s.n, s.k, s.count)
		part, count := tile.Part(s.k, parts)
		if count > parts || part*count < s.k || part*(count-1) >= s.k || part%int(tile.BK) != 0 {
			t.Errorf("%v: %d parts of %d", s, count, part)
		}
	}
}
