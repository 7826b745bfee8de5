//go:build arm64 && !purego

package kernels

// The kernels by height less one.
var (
	rowsNEON = [...]func(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool){kernR1x16,
		kernR2x16, kernR3x16, kernR4x16, kernR5x16, kernR6x16}
	columnsNEON = [...]func(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool){kernC1x16,
		kernC2x16, kernC3x16, kernC4x16, kernC5x16, kernC6x16}
)

var fewNEON = fewRows{panel: [mostFew]kern{kernR1x48, kernR2x48}, width: 48, dots: rowDotsNEON, step: 8}

var tileNEON = tile{mr: 6, nr: 16, step: 8, group: 4, mostK: 384,
	run: func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
		if packed {
			columnsNEON[rows-1](k, a, lda, b, bs, c, ldc, acc)
			return
		}
		rowsNEON[rows-1](k, a, lda, b, bs, c, ldc, acc)
	}, squares: squaresTileNEON, sums: 16, few: &fewNEON}

// available returns NEON's set, which every arm64 CPU has.
func available() []set {
	return []set{{"neon", tileNEON, &loopsNEON, fmaLoop{fmaTurnsNEON, 24 * 4 * 2}}}
}
