//go:build amd64 && !purego

package kernels

// kern is a micro-kernel's form: see tile.
type kern = func(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR1x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC1x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR2x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC2x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR3x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC3x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR4x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC4x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR5x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC5x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR6x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC6x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR7x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC7x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR8x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC8x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR9x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC9x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR10x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC10x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR11x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC11x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR12x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC12x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR13x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC13x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR14x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC14x32(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR1x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC1x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR2x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC2x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR3x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC3x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR4x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC4x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR5x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC5x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernR6x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func kernC6x16(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

//go:noescape
func transpose8(dst *float32, step int, src *float32, ld, k int)

//go:noescape
func copyRows8_avx2(dst *float32, step int, src *float32, ld, k int)

//go:noescape
func copyRows16_avx2(dst *float32, step int, src *float32, ld, k int)

//go:noescape
func copyTiles_avx2(dst *float32, size int, src *float32, ld, k int, at *[4]int)

//go:noescape
func copyRows16_avx512(dst *float32, step int, src *float32, ld, k int)

//go:noescape
func copyRows32_avx512(dst *float32, step int, src *float32, ld, k int)

//go:noescape
func copyTiles_avx512(dst *float32, size int, src *float32, ld, k int, at *[4]int)

//go:noescape
func prefetchRows(src *float32, ld, rows, w int)

//go:noescape
func squaresTile_avx512(c *float32, ldc, rows int, sums *float32)

//go:noescape
func squaresTile_avx2(c *float32, ldc, rows int, sums *float32)

// The kernels by height less one.
var (
	rows512    = [...]kern{kernR1x32, kernR2x32, kernR3x32, kernR4x32, kernR5x32, kernR6x32, kernR7x32, kernR8x32, kernR9x32, kernR10x32, kernR11x32, kernR12x32, kernR13x32, kernR14x32}
	columns512 = [...]kern{kernC1x32, kernC2x32, kernC3x32, kernC4x32, kernC5x32, kernC6x32, kernC7x32, kernC8x32, kernC9x32, kernC10x32, kernC11x32, kernC12x32, kernC13x32, kernC14x32}
	rows2      = [...]kern{kernR1x16, kernR2x16, kernR3x16, kernR4x16, kernR5x16, kernR6x16}
	columns2   = [...]kern{kernC1x16, kernC2x16, kernC3x16, kernC4x16, kernC5x16, kernC6x16}
)

var (
	tile512 = tile{mr: 14, nr: 32, step: 16,
		run: func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
			if packed {
				columns512[rows-1](k, a, lda, b, bs, c, ldc, acc)
				return
			}
			rows512[rows-1](k, a, lda, b, bs, c, ldc, acc)
		},
		copy: [2]rowCopier{copyRows16_avx512, copyRows32_avx512}, copyTiles: copyTiles_avx512, transpose: transpose8, prefetch: prefetchRows, squares: squaresTile_avx512, sums: 16}
	tile2 = tile{mr: 6, nr: 16, step: 8,
		run: func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
			if packed {
				columns2[rows-1](k, a, lda, b, bs, c, ldc, acc)
				return
			}
			rows2[rows-1](k, a, lda, b, bs, c, ldc, acc)
		},
		copy: [2]rowCopier{copyRows8_avx2, copyRows16_avx2}, copyTiles: copyTiles_avx2, transpose: transpose8, prefetch: prefetchRows, squares: squaresTile_avx2, sums: 8}
)
