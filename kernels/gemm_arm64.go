//go:build arm64 && !purego

package kernels

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
func squaresTileNEON(c *float32, ldc, rows int, sums *float32)

func fmaTurnsNEON(n int)

// pause waits for n turns.
func pause(n int)

// The kernels by height less one.
var (
	rowsNEON    = [...]func(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool){kernR1x16, kernR2x16, kernR3x16, kernR4x16, kernR5x16, kernR6x16}
	columnsNEON = [...]func(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool){kernC1x16, kernC2x16, kernC3x16, kernC4x16, kernC5x16, kernC6x16}
)

var tileNEON = tile{mr: 6, nr: 16, step: 8,
	run: func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
		if packed {
			columnsNEON[rows-1](k, a, lda, b, bs, c, ldc, acc)
			return
		}
		rowsNEON[rows-1](k, a, lda, b, bs, c, ldc, acc)
	}, squares: squaresTileNEON, sums: 16}

// available returns NEON's set, which every arm64 CPU has.
func available() []set {
	return []set{{"neon", tileNEON, &loopsNEON, fmaLoop{fmaTurnsNEON, 24 * 4 * 2}}}
}
