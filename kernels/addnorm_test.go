package kernels

import (
	"fmt"
	"slices"
	"testing"
)

// What is done at once has the very result of its parts one after the other.
func TestAddNormIsItsParts(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		for _, cols := range []int{1, 5, 16, 37, 256} {
			for _, p := range []float32{0, 0.1} {
				t.Run(fmt.Sprintf("%s/cols=%d/p=%v", s.name, cols, p), func(t *testing.T) {
					const rows = 70
					d := Dropper{Seed: 3, Step: 4, Site: 5, P: p}
					n := rows * cols
					x, residual, dy := numbers(n, 1), numbers(n, 2), numbers(n, 3)
					w, b := numbers(cols, 4), numbers(cols, 5)
					type result struct{ y, sum, mean, rstd, dx, dr, dw, db []float32 }
					blank := func() result {
						return result{make([]float32, n), make([]float32, n), make([]float32, rows), make([]float32,
							rows), make([]float32, n), make([]float32, n), make([]float32, cols), make([]float32,
							cols)}
					}
					want, got := blank(), blank()
					d.Drop(pool, want.sum, x)
					Add(pool, want.sum, residual)
					LayerNorm(pool, want.y, want.mean, want.rstd, want.sum, w, b, rows, cols, 1e-12)
					LayerNormGrad(pool, want.dr, want.dw, want.db, dy, want.sum, want.mean, want.rstd, w, rows, cols)
					d.Drop(pool, want.dx, want.dr)
					AddNorm(pool, d, got.y, got.sum, got.mean, got.rstd, x, residual, w, b, rows, cols, 1e-12)
					AddNormGrad(pool, d, got.dx, got.dr, got.dw, got.db, dy, got.sum, got.mean, got.rstd, w, rows, cols)
					wantSum, gotSum := blank(), blank()
					copy(wantSum.dr, residual)
					copy(gotSum.dr, residual)
					Add(pool, wantSum.dr, want.dr)
					d.Drop(pool, wantSum.dx, wantSum.dr)
					SumNormGrad(pool, d, gotSum.dx, gotSum.dr, gotSum.dw, gotSum.db, dy, got.sum, got.mean, got.rstd, w, rows, cols)
					for _, c := range []struct {
						name      string
						got, want []float32
					}{{"y", got.y, want.y}, {"sum", got.sum, want.sum}, {"mean", got.mean, want.mean}, {"rstd",
						got.rstd, want.rstd},
						{"dx", got.dx, want.dx}, {"dr", got.dr, want.dr}, {"dw", got.dw, want.dw}, {"db", got.db, want.db},
						{"dx of a sum", gotSum.dx, wantSum.dx}, {"dr of a sum", gotSum.dr, wantSum.dr},
						{"dw of a sum", gotSum.dw, want.dw}, {"db of a sum", gotSum.db, want.db}} {
						if !slices.Equal(c.got, c.want) {
							t.Errorf("%s differs", c.name)
						}
					}
				})
			}
		}
	}
}
