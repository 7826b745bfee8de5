package kernels

import "github.com/lmkor/bench/kernels/parallel"

// kern is a micro-kernel's form: see tile.
type kern = func(k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool)

// mostFew is how many rows are few.
const mostFew = 2

// fewRows multiplies one row or two, as a text does that is continued token by
// token: every weight is used once or twice, so that packing it would take several
// times as long as reading it. Sums have the order that they have in any product.
type fewRows struct {
	// panel, by rows less one, is the micro-kernel of a panel of b of that width.
	panel [mostFew]kern
	width int
	// dots multiplies x, of k floats, a multiple of step, by 16 rows ld floats apart.
	dots func(k int, x, w *float32, ld int, y *float32)
	step int
}

const (
	dotRows  = 16           // of a transposed b at once
	dotBlock = 16 * dotRows // columns of c that a thread takes at a time
)

// takes tells whether it computes the product but for a rest of columns.
func (f *fewRows) takes(g *Product) bool {
	if g.TA || g.M == 0 || g.M > mostFew || g.K == 0 || g.Squares != nil {
		return false
	}
	if g.TB {
		return g.N >= dotRows && g.K%f.step == 0 && chosen.tile.chunk(g.K)%f.step == 0
	}
	return g.N >= f.width
}

// multiply computes the product on the pool.
func (f *fewRows) multiply(pool *parallel.Pool, g *Product) {
	width, run := f.width, f.columns
	if g.TB {
		width, run = dotBlock, f.dotColumns
	}
	whole := g.N / f.width * f.width
	if g.TB {
		whole = g.N / dotRows * dotRows
	}
	parts := (whole + width - 1) / width
	pool.For(parts, func(i int) { run(g, i*width, min(whole, (i+1)*width)) })
	if whole < g.N {
		rest := *g
		rest.N, rest.B, rest.C, rest.Then = g.N-whole, g.B[whole:], g.C[whole:], Epilogue{}
		if g.TB {
			rest.B = g.B[whole*g.LDB:]
		}
		rest.alone()
		g.Then.run(g, 0, g.M, whole, g.N-whole)
	}
}

// columns computes the columns [from, to), a panel.
func (f *fewRows) columns(g *Product, from, to int) {
	most := chosen.tile.chunk(g.K)
	for k0 := 0; k0 < g.K; k0 += most {
		f.panel[g.M-1](min(most, g.K-k0), &g.A[k0], g.LDA, &g.B[k0*g.LDB+from], g.LDB, &g.C[from], g.LDC, g.Acc || k0 > 0)
	}
	g.Then.run(g, 0, g.M, from, to-from)
}

// dotColumns computes the columns [from, to), a multiple of dotRows.
func (f *fewRows) dotColumns(g *Product, from, to int) {
	most := chosen.tile.chunk(g.K)
	var y [dotRows]float32
	for j := from; j < to; j += dotRows {
		for k0 := 0; k0 < g.K; k0 += most {
			for r := range g.M {
				f.dots(min(most, g.K-k0), &g.A[r*g.LDA+k0], &g.B[j*g.LDB+k0], g.LDB, &y[0])
				c := g.C[r*g.LDC+j:][:dotRows]
				if !g.Acc && k0 == 0 {
					copy(c, y[:])
					continue
				}
				for i, v := range y {
					c[i] += v
				}
			}
		}
	}
	g.Then.run(g, 0, g.M, from, to-from)
}
