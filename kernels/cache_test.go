package kernels

import (
	"fmt"
	"testing"
)

// What a job keeps stays in the second cache, of whatever size, with an eighth left
// over: its columns of b, the rows of a at hand, and a tile of c.
func TestBlocksFitTheSecondCache(t *testing.T) {
	defer func(was int) { secondCache = was }(secondCache)
	for _, s := range append(available(), plain) {
		for _, cache := range []int{256 << 10, 512 << 10, 1 << 20, 1280 << 10, 2 << 20} {
			secondCache = cacheOf(cache)
			for _, d := range [][3]int{{529, 768, 768}, {529, 3072, 768}, {529, 768, 3072}, {3072, 768, 529}, {2513, 256, 1024},
				{529, 2304, 768}, {17, 42000, 768}, {1000, 1000, 1000}, {529, 224, 384}, {529, 113, 288}} {
				for _, ta := range []bool{false, true} {
					g := Product{TA: ta, M: d[0], N: d[1], K: d[2]}
					part := g.partition(&s.tile)
					for _, threads := range []int{1, 2, 8, 64} {
						part.across, part.down = grid(threads, part.across, part.panels, part.tiles)
						checkBlocks(t, fmt.Sprintf("%s, %d kB, %v, ta=%v, %d threads", s.name, cache>>10, d, ta, threads), &s.tile, g, part)
					}
				}
			}
		}
	}
	for found, want := range map[int]int{-1: 1 << 20, 0: 1 << 20, 12 << 20: 2 << 20, 128 << 10: 256 << 10, 512 << 10: 512 << 10} {
		if got := cacheOf(found); got != want {
			t.Errorf("a cache of %d bytes counts as one of %d, want %d", found, got, want)
		}
	}
}

func checkBlocks(t *testing.T, name string, with *tile, g Product, part partition) {
	t.Helper()
	columns := 0
	for i := range part.across * part.down {
		j := g.job(with, part, i)
		if i < part.across {
			columns += j.p1 - j.p0
		}
		keeps := 4 * ((j.p1-j.p0)*with.nr*j.kMost + j.scratchFloats())
		if keeps > secondCache/8*7+4*with.mr*with.nr {
			t.Fatalf("%s: a job of %d panels keeps %d kB", name, j.p1-j.p0, keeps>>10)
		}
	}
	if columns != part.panels {
		t.Fatalf("%s: jobs have %d panels, want %d", name, columns, part.panels)
	}
}
