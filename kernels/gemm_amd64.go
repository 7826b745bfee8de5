//go:build amd64 && !purego

package kernels

// The kernels by height less one.
var (
	rows512 = [...]kern{kernR1x32, kernR2x32, kernR3x32, kernR4x32, kernR5x32, kernR6x32, kernR7x32, kernR8x32,
		kernR9x32, kernR10x32, kernR11x32, kernR12x32, kernR13x32, kernR14x32}
	columns512 = [...]kern{kernC1x32, kernC2x32, kernC3x32, kernC4x32, kernC5x32, kernC6x32, kernC7x32, kernC8x32,
		kernC9x32, kernC10x32, kernC11x32, kernC12x32, kernC13x32, kernC14x32}
	rowsHalf = [...]kern{kernR1x16_avx512, kernR2x16_avx512, kernR3x16_avx512, kernR4x16_avx512, kernR5x16_avx512,
		kernR6x16_avx512, kernR7x16_avx512, kernR8x16_avx512, kernR9x16_avx512, kernR10x16_avx512, kernR11x16_avx512,
		kernR12x16_avx512, kernR13x16_avx512, kernR14x16_avx512}
	columnsHalf = [...]kern{kernC1x16_avx512, kernC2x16_avx512, kernC3x16_avx512, kernC4x16_avx512, kernC5x16_avx512,
		kernC6x16_avx512, kernC7x16_avx512, kernC8x16_avx512, kernC9x16_avx512, kernC10x16_avx512, kernC11x16_avx512,
		kernC12x16_avx512, kernC13x16_avx512, kernC14x16_avx512}
	rows2    = [...]kern{kernR1x16, kernR2x16, kernR3x16, kernR4x16, kernR5x16, kernR6x16}
	columns2 = [...]kern{kernC1x16, kernC2x16, kernC3x16, kernC4x16, kernC5x16, kernC6x16}
)

var few512 = fewRows{panel: [mostFew]kern{kernR1x128, kernR2x128}, width: 128, dots: rowDots_avx512, step: 16}
var few2 = fewRows{panel: [mostFew]kern{kernR1x48, kernR2x48}, width: 48, dots: rowDots_avx2, step: 8}

var (
	tile512 = tile{mr: 14, nr: 32, step: 16, group: 4, mostK: 384,
		run: func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
			if packed {
				columns512[rows-1](k, a, lda, b, bs, c, ldc, acc)
				return
			}
			rows512[rows-1](k, a, lda, b, bs, c, ldc, acc)
		},
		half: func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
			if packed {
				columnsHalf[rows-1](k, a, lda, b, bs, c, ldc, acc)
				return
			}
			rowsHalf[rows-1](k, a, lda, b, bs, c, ldc, acc)
		},
		copy: [2]rowCopier{copyRows16_avx512, copyRows32_avx512}, copyTiles: copyTiles_avx512, transpose: transpose8,
		prefetch: prefetchRows, squares: squaresTile_avx512, sums: 16, few: &few512}
	// A tile of a and a panel of b stay in a first cache of 32 kB together: (6+16)·288
	// floats are 25 kB, where rows of a are no more than four to a set of lines.
	tile2 = tile{mr: 6, nr: 16, step: 8, group: 8, ways: 4, mostK: 288,
		run: func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
			if packed {
				columns2[rows-1](k, a, lda, b, bs, c, ldc, acc)
				return
			}
			rows2[rows-1](k, a, lda, b, bs, c, ldc, acc)
		},
		copy: [2]rowCopier{copyRows8_avx2, copyRows16_avx2}, copyTiles: copyTiles_avx2, transpose: transpose8,
		prefetch: prefetchRows, squares: squaresTile_avx2, sums: 8, few: &few2}
)
