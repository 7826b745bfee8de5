//go:build amd64 && !purego

package kernels

import "golang.org/x/sys/cpu"

// The kernels by height less one.
var pairKernels = [...]func(pairs int, a, b *uint32, c *float32, ldc int, acc bool){
	pairs1x32, pairs2x32, pairs3x32, pairs4x32, pairs5x32, pairs6x32, pairs7x32,
	pairs8x32, pairs9x32, pairs10x32, pairs11x32, pairs12x32, pairs13x32, pairs14x32,
}

// pairSets returns the CPU's sets, the best first, if the kernels in use are of
// its kind.
func pairSets() (all []pairSet) {
	if chosen.name == "avx512" && cpu.X86.HasAVX512BF16 {
		all = append(all, pairSet{
			name: "avx512",
			run: func(rows, pairs int, a, b []uint32, c []float32, ldc int, acc bool) {
				pairKernels[rows-1](pairs, &a[0], &b[0], &c[0], ldc, acc)
			},
			rows: func(dst []uint32, step int, src []float32, ld, k, w int) {
				if w == pairWidth {
					pairRows32(&dst[0], step, &src[0], ld, k)
					return
				}
				pairRows16(&dst[0], step, &src[0], ld, k)
			},
			columns: func(dst []uint32, step int, src []float32, ld, k int) {
				pairColumns16(&dst[0], step, &src[0], ld, k)
			},
			peak: fmaLoop{pairTurns, 16 * 16 * 4},
		})
	}
	return all
}
