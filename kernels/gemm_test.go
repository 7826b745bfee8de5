package kernels

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels/parallel"
)

// pool is what tests compute on that do not ask for a number of threads.
var pool = parallel.New(0)

func numbers(n int, seed uint64) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*6364136223846793005 + 1442695040888963407
		x[i] = float32(int32(seed>>32)) / (1 << 31)
	}
	return x
}

func TestGemm(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		for _, d := range [][3]int{{1, 1, 1}, {1, 33, 7}, {12, 32, 384}, {13, 31, 385}, {97, 65, 30}, {5, 100, 800},
			{30, 1, 64}, {0, 4, 3}, {3, 4, 0}, {193, 40, 17}, {17, 64, 17}, {17, 17, 64}, {28, 96, 128}, {29, 96,
				129}} {
			for mode := range 8 {
				ta, tb, acc := mode&1 > 0, mode&2 > 0, mode&4 > 0
				t.Run(fmt.Sprintf("%s/%v/ta=%v/tb=%v/acc=%v", s.name, d, ta, tb, acc), func(t *testing.T) {
					m, n, k := d[0], d[1], d[2]
					ar, ac, br, bc := m, k, k, n
					if ta {
						ar, ac = ac, ar
					}
					if tb {
						br, bc = bc, br
					}
					lda, ldb, ldc := ac+3, bc+1, n+2
					a, b := numbers(ar*lda+3, 1), numbers(br*ldb+3, 2)
					c := numbers(m*ldc+3, 3)
					want := append([]float32{}, c...)
					for i := range m {
						for j := range n {
							var sum float64
							for p := range k {
								av, bv := a[i*lda*b2i(!ta)+p*b2i(!ta)+(p*lda+i)*b2i(ta)], b[(p*ldb+j)*b2i(!tb)+(j*ldb+p)*b2i(tb)]
								sum += float64(av) * float64(bv)
							}
							if acc {
								sum += float64(c[i*ldc+j])
							}
							want[i*ldc+j] = float32(sum)
						}
					}
					Gemm(pool, ta, tb, m, n, k, a, lda, b, ldb, acc, c, ldc)
					golden.Near(t, "product", c, want, golden.Within(1e-4))
				})
			}
		}
	}
}

// TestGemmIsOfKAlone holds each part of a product, of whatever rows and columns,
// on any number of threads, to the bytes of the whole.
func TestGemmIsOfKAlone(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	const m, n, k = 211, 131, 401
	for _, s := range append(available(), plain) {
		chosen = s
		for mode := range 4 {
			ta, tb := mode&1 > 0, mode&2 > 0
			lda, ldb, da, db := k, n, k, 1
			if ta {
				lda, da = m, 1
			}
			if tb {
				ldb, db = k, k
			}
			a, b, whole := numbers(m*k, 1), numbers(n*k, 2), make([]float32, m*n)
			Gemm(nil, ta, tb, m, n, k, a, lda, b, ldb, false, whole, n)
			pool := parallel.New(3)
			for _, d := range [][4]int{{0, m, 0, n}, {1, 1, 0, n}, {3, 13, 5, 33}, {7, 29, 64, 32}, {200, 11, 130, 1},
				{14, 28, 1, 100}} {
				c := make([]float32, d[1]*d[3])
				Gemm(pool, ta, tb, d[1], d[3], k, a[d[0]*da:], lda, b[d[2]*db:], ldb, false, c, d[3])
				for i, v := range c {
					if w := whole[(d[0]+i/d[3])*n+d[2]+i%d[3]]; v != w {
						t.Fatalf("%s ta=%v tb=%v part %v: element %d is %v, of the whole %v", s.name, ta, tb, d, i, v, w)
					}
				}
			}
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func BenchmarkGemm(b *testing.B) {
	for _, form := range []string{"nn", "nt", "tn"} {
		for _, d := range [][3]int{{529, 768, 768}, {529, 3072, 768}, {529, 768, 3072}, {529, 256, 256}, {529, 1024, 256},
			{529, 256, 1024}, {529, 128, 128}, {529, 512, 128}} {
			b.Run(fmt.Sprintf("impl=%s/form=%s/m=%d/n=%d/k=%d", chosen.name, form, d[0], d[1], d[2]), func(b *testing.B) {
				m, n, k := d[0], d[1], d[2]
				if form == "tn" { // the gradient of the weight that the others multiply by
					m, n, k = n, k, m
				}
				x, y, z := Floats(m*k), Floats(k*n), Floats(m*n) // as a training's lie
				copy(x, numbers(m*k, 1))
				copy(y, numbers(k*n, 2))
				lda, ldb := k, n
				if form[0] == 't' {
					lda = m
				}
				if form[1] == 't' {
					ldb = k
				}
				for b.Loop() {
					Gemm(pool, form[0] == 't', form[1] == 't', m, n, k, x, lda, y, ldb, false, z, n)
				}
				b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

// BenchmarkGemmOwnTime gives the share of the peak that products of base and small reach
// on one thread, by the thread's own time, with the peak measured before each: both
// can be compared on a busy machine.
func BenchmarkGemmOwnTime(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const turns = 1 << 17
	alone := parallel.New(1)
	for _, form := range []string{"nt", "nn", "tn"} {
		for _, d := range [][3]int{{529, 768, 768}, {529, 3072, 768}, {529, 768, 3072}, {529, 256, 256}, {529, 1024, 256},
			{529, 256, 1024}} {
			m, n, k := d[0], d[1], d[2]
			if form == "tn" {
				m, k = k, m
			}
			x, y, z := Floats(m*k), Floats(k*n), Floats(m*n)
			copy(x, numbers(m*k, 1))
			copy(y, numbers(k*n, 2))
			g := Product{TA: form[0] == 't', TB: form[1] == 't', M: m, N: n, K: k, A: x, LDA: k, B: y, LDB: n, C: z, LDC: n}
			if g.TA {
				g.LDA = m
			}
			if g.TB {
				g.LDB = k
			}
			b.Run(fmt.Sprintf("impl=%s/form=%s/m=%d/n=%d/k=%d", chosen.name, form, m, n, k), func(b *testing.B) {
				var took, peak []time.Duration
				for b.Loop() {
					start := parallel.Computed()
					chosen.peak.turns(turns)
					middle := parallel.Computed()
					Gemms(alone, g)
					took, peak = append(took, parallel.Computed()-middle), append(peak, middle-start)
				}
				slices.Sort(took)
				slices.Sort(peak)
				rate := 2 * float64(m) * float64(n) * float64(k) / took[len(took)/2].Seconds()
				b.ReportMetric(rate*peak[len(peak)/2].Seconds()/float64(turns*chosen.peak.flops), "of-peak")
			})
		}
	}
}

// TestEpilogueIsItsParts holds a product that is finished part by part to the
// product, and then its bias, activation, dropout and residual one by one.
func TestEpilogueIsItsParts(t *testing.T) {
	counts, sizes := []int{1, 2, 3, 8, 64}, [][3]int{{1, 1, 1}, {15, 33, 9}, {3, 70, 0}, {200, 300, 400}, {530, 256, 800}}
	if testing.Short() {
		counts, sizes = []int{1, 3}, sizes[:4]
	}
	for _, threads := range counts {
		pool := parallel.New(threads)
		for _, d := range sizes {
			m, n, k := d[0], d[1], d[2]
			a, b, bias, residual := numbers(m*k, 1), numbers(k*n, 2), numbers(n, 3), numbers(m*n, 4)
			plainC := make([]float32, m*n)
			Gemm(pool, false, true, m, n, k, a, k, b, k, false, plainC, n)
			drop := Dropper{Seed: 1, Site: 2, P: 0.3}
			for name, e := range map[string]Epilogue{
				"nothing":    {},
				"bias":       {Bias: bias},
				"activation": {Bias: bias, Act: GELU},
				"slope":      {Bias: bias, Act: Tanh, Slope: true, Y: make([]float32, m*n), LDY: n},
				"all":        {Bias: bias, Act: SiLU, Y: make([]float32, m*n), LDY: n, Drop: drop, Residual: residual, LDR: n},
				"residual":   {Y: make([]float32, m*n), LDY: n, Residual: residual, LDR: n},
			} {
				z := slices.Clone(plainC)
				for i := range z {
					if e.Bias != nil {
						z[i] += bias[i%n]
					}
				}
				want := slices.Clone(z)
				if e.Slope {
					activateSlope(e.Act, want, z)
				} else if e.Act != Identity {
					activate(e.Act, want, z)
				}
				e.Drop.Apply(want, want, 0)
				if e.Residual != nil {
					addTo(want, residual)
				}
				c := make([]float32, m*n)
				Gemms(pool, Product{TB: true, M: m, N: n, K: k, A: a, LDA: k, B: b, LDB: k, C: c, LDC: n, Then: e})
				got := c
				if e.Y != nil {
					got = e.Y
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%s, %d threads, %v: not what its parts give", name, threads, d)
				}
				if e.Slope && !slices.Equal(c, z) {
					t.Fatalf("%s, %d threads, %v: another derivative", name, threads, d)
				}
			}
		}
	}
}

func TestGemmsEqualOneByOne(t *testing.T) {
	var products, alone []Product
	for i, d := range [][3]int{{300, 256, 500}, {64, 300, 410}, {0, 9, 9}, {5, 7, 0}, {33, 768, 768}, {1, 1, 1}} {
		m, n, k := d[0], d[1], d[2]
		p := Product{TA: i%2 == 1, TB: i%3 == 1, M: m, N: n, K: k, A: numbers(m*k, 1), LDA: k, B: numbers(k*n, 2),
			LDB: n, Acc: i%2 == 0, C: numbers(m*n, 3), LDC: n}
		if p.TA {
			p.LDA = m
		}
		if p.TB {
			p.LDB = k
		}
		products = append(products, p)
		p.C = slices.Clone(p.C)
		alone = append(alone, p)
	}
	squares, want := make([]float64, len(alone)), make([]float64, len(alone))
	for i := range alone {
		alone[i].Squares, products[i].Squares = &want[i], &squares[i]
		Gemms(nil, alone[i])
		var sum float64
		for _, v := range alone[i].C {
			sum += float64(v) * float64(v)
		}
		golden.NearNumber(t, fmt.Sprintf("squares of product %d", i), want[i], sum, golden.Tolerance{Rel: 1e-6})
	}
	for _, threads := range []int{1, 2, 3, 8, 64} {
		pool := parallel.New(threads)
		for i := range products {
			copy(products[i].C, numbers(len(products[i].C), 3))
		}
		Gemms(pool, products...)
		for i := range products {
			if !slices.Equal(products[i].C, alone[i].C) || squares[i] != want[i] {
				t.Errorf("%d threads: product %d differs, or its squares: %v, want %v", threads, i, squares[i], want[i])
			}
		}
	}
}

// The second cache's size decides how a product is cut, and nothing else.
func TestGemmInAnyCache(t *testing.T) {
	defer func(n int) { secondCache = n }(secondCache)
	const m, n, k = 150, 700, 900
	a, b := numbers(m*k, 1), numbers(n*k, 2)
	var want []float32
	for _, l2 := range []int{1 << 10, 256 << 10, 512 << 10, 1 << 20, 2 << 20, 1 << 30, -1} {
		secondCache = cacheOf(l2)
		got := make([]float32, m*n)
		Gemm(pool, false, true, m, n, k, a, k, b, k, false, got, n)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("another result with a second cache of %d bytes", l2)
		}
	}
	if got := blockOf(1 << 20); 4*got != 655360 {
		t.Errorf("a block of %d bytes in a megabyte, want 655360", 4*got)
	}
}
