package tiling

import "testing"

// A tile's workgroups fit every device, and the parts of K cover it.
func TestTiles(t *testing.T) {
	for _, tile := range []Tile{Large, Medium, Small, Flat, Narrow} {
		shared := 4 * (tile.BK*(tile.BM+4+tile.BN+4) + 2*tile.Invocations())
		if tile.Invocations() > 256 || shared > 32<<10 || tile.BM%(4) != 0 || tile.BK%4 != 0 {
			t.Errorf("%v: %d invocations, %d bytes", tile, tile.Invocations(), shared)
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
