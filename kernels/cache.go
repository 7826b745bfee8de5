package kernels

import "github.com/klauspost/cpuid/v2"

// secondCache is the size in bytes of a core's second cache, or a guess.
var secondCache = cacheOf(cpuid.CPU.Cache.L2)

// cacheOf takes a megabyte where the size is not known. Caches that several cores
// share (Apple's are 12 MB and more) count as one of two megabytes.
func cacheOf(l2 int) int {
	if l2 <= 0 {
		return 1 << 20
	}
	return min(max(l2, 256<<10), 2<<20)
}

// blockOf is how many floats of b stay in a second cache of so many bytes: five
// eighths of it. Results do not depend on it.
func blockOf(cache int) int { return cache / 4 * 5 / 8 }

// block is blockOf, and less where a small cache is to hold the rows at hand, too, with
// an eighth left for what passes through.
func (t *tile) block(cache int) int {
	rows := group * max(t.mr, t.step) * (t.mostK + 16)
	return min(blockOf(cache), cache/4*7/8-rows)
}

// acrossFor returns into how many parts so many panels of k rows have to be cut, so
// that each stays in a second cache of so many bytes.
func (t *tile) acrossFor(panels, k, cache int) int {
	most := max(1, t.block(cache)/(t.nr*k))
	return (panels + most - 1) / most
}
