package kernels

import (
	"fmt"
	"testing"

	"github.com/lmkor/bench/kernels/parallel"
)

// Products of one row and of two have the bytes that the rows have in a product of
// many, epilogue and rest of columns included, on any number of threads.
func TestFewRows(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range available() {
		chosen = s
		for _, d := range [][2]int{{768, 768}, {131, 128}, {2304, 768}, {768, 3072}, {300, 48}, {1025, 400}, {128, 7}, {640, 401}, {4000, 256}} {
			for mode := range 8 {
				m, tb, acc, threads := 1+mode&1, mode&2 > 0, mode&4 > 0, 1+mode%3
				t.Run(fmt.Sprintf("%s/%v/m=%d/tb=%v/acc=%v", s.name, d, m, tb, acc), func(t *testing.T) {
					n, k := d[0], d[1]
					ldb := n + 3
					if tb {
						ldb = k + 5
					}
					const rows = 5
					a, b, bias := numbers(rows*(k+2), 1), numbers(max(n, k)*ldb+n, 2), numbers(n, 3)
					whole, part := numbers(rows*(n+1), 4), numbers(rows*(n+1), 4)
					g := Product{TB: tb, M: rows, N: n, K: k, A: a, LDA: k + 2, B: b, LDB: ldb, Acc: acc, C: whole, LDC: n + 1,
						Then: Epilogue{Bias: bias, Act: GELU}}
					Gemms(nil, g)
					few := g
					few.M, few.C = m, part
					pool := parallel.New(threads)
					if f := chosen.tile.few; f != nil && f.takes(&few) {
						f.multiply(pool, &few)
					} else if Gemms(pool, few); f != nil && (tb && k%16 == 0 && k != 400 || !tb) && n >= 128 {
						t.Error("not taken")
					}
					for i := range m * (n + 1) {
						if i%(n+1) < n && part[i] != whole[i] {
							t.Fatalf("row %d, column %d: %v, of many rows %v", i/(n+1), i%(n+1), part[i], whole[i])
						}
					}
				})
			}
		}
	}
}

// BenchmarkFewRows is a step of a text that is continued: weights of a base model's
// layer and of its head, which do not stay in a cache.
func BenchmarkFewRows(b *testing.B) {
	for _, d := range []struct {
		tb   bool
		n, k int
	}{{false, 3072, 768}, {false, 768, 3072}, {true, 42000, 768}, {true, 42000, 128}} {
		for m := 1; m <= 2; m++ {
			b.Run(fmt.Sprintf("impl=%s/tb=%v/m=%d/n=%d/k=%d", chosen.name, d.tb, m, d.n, d.k), func(b *testing.B) {
				copies := max(1, 200_000_000/(4*d.n*d.k))
				w, x, y := make([][]float32, copies), numbers(m*d.k, 1), make([]float32, m*d.n)
				for i := range w {
					w[i] = numbers(d.n*d.k, uint64(i))
				}
				ldb := d.n
				if d.tb {
					ldb = d.k
				}
				b.SetBytes(int64(4 * d.n * d.k))
				i := 0
				for b.Loop() {
					Gemm(pool, false, d.tb, m, d.n, d.k, x, d.k, w[i%copies], ldb, false, y, d.n)
					i++
				}
			})
		}
	}
}
