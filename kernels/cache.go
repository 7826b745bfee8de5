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

// acrossFor returns into how many parts so many panels of k rows have to be cut, so
// that each stays in a second cache of so many bytes, beside the rows at hand and an
// eighth for what passes through.
func (t *tile) acrossFor(panels, k, cache int) int {
	rows := t.group * max(t.mr, t.step) * (t.mostK + 16)
	most := max(1, min(blockOf(cache), cache/4*7/8-rows)/(t.nr*k))
	return (panels + most - 1) / most
}
