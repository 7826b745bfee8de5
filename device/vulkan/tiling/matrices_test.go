package tiling

import (
	"fmt"
	"testing"

	"github.com/lmkor/bench/internal/vulkan"
)

// shapes are those of which devices are known to have some, in the subgroups that they are
// used in.
var shapes = []Matrices{
	{16, 16, 16, 32}, {16, 8, 16, 32}, {16, 8, 8, 32}, {16, 16, 8, 32}, {16, 8, 32, 32}, // NVIDIA
	{16, 16, 16, 64},               // AMD
	{8, 8, 16, 8}, {8, 16, 16, 16}, // Intel
	{8, 8, 8, 4}, {8, 8, 8, 8}, // lavapipe, by the processor's vectors
	{8, 8, 32, 16}, {16, 16, 32, 64}, // the ends of what fits
}

// Every grid of such matrices is whole, runs wherever bench does, and shares what it says: what
// shader matrixproduct declares, whichever way the factors lie.
func TestGrids(t *testing.T) {
	for _, s := range shapes {
		if !s.Fit() {
			t.Errorf("%v does not fit", s)
			continue
		}
		for _, g := range grids(s) {
			if err := whole(g); err != nil {
				t.Errorf("%+v: %v", g, err)
			}
		}
	}
	for _, s := range []Matrices{{}, {32, 8, 16, 32}, {16, 16, 64, 32}, {16, 16, 4, 32}, {16, 24, 16, 32}, {16, 16, 16, 128},
		{16, 16, 16, 48}, {16, 16, 16, 2}} {
		if s.Fit() {
			t.Errorf("%v fits", s)
		}
	}
}

// whole says what of a grid the shader could not run.
func whole(g Grid) error {
	wg, shared := g.Invocations(), 0
	for _, ta := range []bool{false, true} {
		for _, tb := range []bool{false, true} {
			shared = max(shared, sharedBy(g, ta, tb))
		}
	}
	switch {
	case wg > 256 || wg&(wg-1) != 0 || wg/g.Wave > vulkan.MatrixSubgroups:
		return fmt.Errorf("%d invocations, %d subgroups", wg, wg/g.Wave)
	case g.BM%g.WM != 0 || g.BN%g.WN != 0 || g.WM%g.M != 0 || g.WN%g.N != 0 || g.BK%g.K != 0:
		return fmt.Errorf("a tile is no whole number of matrices")
	case wg%(g.BM/4) != 0 || wg%(g.BN/4) != 0: // see putSums: who loads a four of a step loads it of each
		return fmt.Errorf("sums of rows or columns are no whole rounds")
	case g.BK%4 != 0 || g.M*g.N%4 != 0:
		return fmt.Errorf("rows are no whole fours")
	case shared > g.Shared():
		return fmt.Errorf("%d bytes are shared, %d are reckoned with", shared, g.Shared())
	}
	return nil
}

// sharedBy is how many bytes the shader's arrays have.
func sharedBy(g Grid, ta, tb bool) int {
	rowsA, acrossA, rowsB, acrossB := g.BM, g.BK, g.BK, g.BN
	if ta {
		rowsA, acrossA = g.BK, g.BM
	}
	if tb {
		rowsB, acrossB = g.BN, g.BK
	}
	waves := g.BM / g.WM * (g.BN / g.WN)
	return int(8*(rowsA*(acrossA/4+2)+rowsB*(acrossB/4+2)) + 16*max(waves*g.M*g.N/4, g.Invocations()))
}

// The grid that a product gets has room on every device, and the parts of K cover it; where
// there is room for the larger ones they are taken.
func TestSpread(t *testing.T) {
	for _, s := range shapes {
		for _, shared := range []int{vulkan.SharedBytes, 32 << 10, 48 << 10, 64 << 10} {
			largest := uint32(0)
			for _, p := range []struct{ m, n, k, count int }{{5, 5, 0, 1}, {5, 5, 100000, 1}, {507, 768, 768, 3}, {507, 3072, 768, 1},
				{768, 768, 507, 1}, {33, 37, 700, 1}, {4096, 4096, 4096, 1}, {130, 520, 540, 1}} {
				g, part, parts := s.Spread(p.m, p.n, p.k, p.count, shared)
				if g.Shared() > shared || g.Matrices != s {
					t.Errorf("%v of %v: %+v shares %d bytes of %d", p, s, g, g.Shared(), shared)
				}
				if parts < 1 || parts > mostParts || part*parts < p.k || parts > 1 && part*(parts-1) >= p.k || part%int(g.BK) != 0 {
					t.Errorf("%v of %v: %d parts of %d", p, s, parts, part)
				}
				largest = max(largest, g.BM)
			}
			if want := uint32(128); shared >= 32<<10 && largest != want {
				t.Errorf("%v with %d bytes: tiles of %d at the most", s, shared, largest)
			}
		}
	}
}
