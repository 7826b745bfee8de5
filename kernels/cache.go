package kernels

import "github.com/klauspost/cpuid/v2"

// blockSize is how many floats of b stay in a core's second cache, with room for
// what passes through. Results do not depend on it.
var blockSize = blockOf(cpuid.CPU.Cache.L2)

// blockOf takes five eighths of a second cache of so many bytes, or of a
// megabyte's where that is not known. Caches that several cores share (Apple's
// are 12 MB and more) count as one of two megabytes.
func blockOf(l2 int) int {
	if l2 <= 0 {
		l2 = 1 << 20
	}
	return min(max(l2, 256<<10), 2<<20) / 4 * 5 / 8
}
