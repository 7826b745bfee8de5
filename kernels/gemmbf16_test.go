package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels/parallel"
)

func sameFloat(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

func TestToBF16(t *testing.T) {
	for _, c := range []struct{ in, want uint32 }{
		{0x3F800000, 0x3F80},
		{0x3F807FFF, 0x3F80}, {0x3F808000, 0x3F80}, {0x3F808001, 0x3F81}, // below, at and above the middle
		{0x3F818000, 0x3F82},                       // ties to even
		{0x7F7FFFFF, 0x7F80}, {0xFF7FFFFF, 0xFF80}, // the largest becomes infinite
		{0x7F800000, 0x7F80}, {0x7F800001, 0x7FC0}, {0xFFC10000, 0xFFC1},
		{0x00000000, 0}, {0x80000000, 0x8000}, {0x007FFFFF, 0}, {0x807FFFFF, 0x8000}, {0x00800000, 0x80},
	} {
		if got := toBF16(math.Float32frombits(c.in)); got != c.want {
			t.Errorf("%08x: %04x, want %04x", c.in, got, c.want)
		}
	}
}

func TestAddProduct(t *testing.T) {
	for _, c := range []struct{ c, x, y, want float32 }{
		{1, 0x1p-64, 0x1p-64, 1},
		{1 + 0x1p-23, 0x1p-12, 0x1p-12, 1 + 0x1p-22},                   // the middle, to even
		{1, 0x1p-12, 0x1p-12, 1},                                       // likewise
		{1, 0x1p-12, 0x1.02p-12, 1 + 0x1p-23},                          // just above it
		{0x1p-126, -0x1p-76, 0x1p-76, 0x1p-126},                        // rounds up to the least normal number
		{0x1p-126, -0x1p-75, 0x1p-75, 0},                               // does not
		{0, 0x1p-63, -0x1p-64, float32(math.Copysign(0, -1))},          // tiny
		{0x1p-126, 0x1p-63, 0x1p-64, 0x1.8p-126},                       // a tiny product, but not a tiny sum
		{-math.MaxFloat32, 0x1p64, 0x1p64, 0x1p104},                    // a product too large, but not the sum
		{0, 0x1p64, -0x1p64, float32(math.Inf(-1))},                    //
		{float32(math.Copysign(0, -1)), 0, 0, 0},                       //
		{1, float32(math.Inf(1)), 2, float32(math.Inf(1))},             //
		{1, float32(math.Inf(1)), 0, float32(math.NaN())},              //
		{float32(math.Inf(-1)), 0x1p70, 0x1p70, float32(math.Inf(-1))}, //
	} {
		if got := addProduct(c.c, c.x, c.y); !sameFloat(got, c.want) {
			t.Errorf("%g + %g*%g = %g, want %g", c.c, c.x, c.y, got, c.want)
		}
	}
}

// pairTest draws numbers of one kind: a product's operands, and what it is
// likely to be added to.
var pairTests = []struct {
	name string
	draw func(r *rand.Rand) float32
}{
	{"usual", func(r *rand.Rand) float32 { return float32(r.NormFloat64()) }},
	{"any bits", func(r *rand.Rand) float32 { return math.Float32frombits(r.Uint32()) }},
	{"small", func(r *rand.Rand) float32 {
		return math.Float32frombits(r.Uint32()&0x807FFFFF | uint32(60+r.IntN(8))<<23)
	}},
	{"large", func(r *rand.Rand) float32 {
		return math.Float32frombits(r.Uint32()&0x807FFFFF | uint32(186+r.IntN(8))<<23)
	}},
	{"cancelling", func(r *rand.Rand) float32 { return float32(1-2*r.IntN(2)) * float32(1+r.IntN(3)) * 0x1p-63 }},
	{"special", func(r *rand.Rand) float32 {
		return math.Float32frombits([]uint32{0, 0x80000000, 1, 0x807FFFFF, 0x00800000, 0x3F800000, 0xBF800000,
			0x7F800000, 0xFF7FFFFF, 0x1A000000, 0x9A000000}[r.IntN(11)])
	}},
}

// TestPairs holds the plain Go to the instruction, on chains of products of
// every kind of number.
func TestPairs(t *testing.T) {
	sets := pairSets()
	if len(sets) == 0 {
		t.Skip("the CPU, or the build, has no instruction to compare with")
	}
	rounds := 4000
	if testing.Short() {
		rounds = 400
	}
	for _, s := range sets {
		for _, kind := range pairTests {
			t.Run(s.name+"/"+kind.name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				for range rounds {
					k := 1 + r.IntN(9)
					steps := (k + 1) / 2
					x, y := make([]float32, k*panel), make([]float32, k*pairWidth)
					for i := range x {
						x[i] = kind.draw(r)
					}
					for i := range y {
						y[i] = kind.draw(r)
					}
					var ab, bb [2][]uint32
					for i, set := range []pairSet{s, plainPairs} {
						ab[i], bb[i] = make([]uint32, steps*panel), make([]uint32, steps*pairWidth)
						pack := set.rows
						if pack == nil {
							pack = func(dst []uint32, step int, src []float32, ld, k, w int) {
								packPairsGo(dst, step, src, 1, ld, w, k)
							}
						}
						pack(ab[i], panel, x, panel, k, panel)
						pack(bb[i], pairWidth, y, pairWidth, k, pairWidth)
					}
					for i := range bb[0] {
						if bb[0][i] != bb[1][i] {
							t.Fatalf("pair %d: %08x, in Go %08x", i, bb[0][i], bb[1][i])
						}
					}
					rows := 1 + r.IntN(pairRows)
					got, want := make([]float32, rows*pairWidth), make([]float32, rows*pairWidth)
					s.run(rows, steps, ab[0], bb[0], got, pairWidth, false)
					pairsGo(rows, steps, ab[0], bb[0], want, pairWidth, false)
					for i := range got {
						if !sameFloat(got[i], want[i]) {
							t.Fatalf("row %d, column %d, %d pairs: %08x, in Go %08x", i/pairWidth, i%pairWidth, steps,
								math.Float32bits(got[i]), math.Float32bits(want[i]))
						}
					}
				}
			})
		}
	}
}

// bf16Case is a product's operands in all its forms.
type bf16Case struct {
	m, n, k       int
	ta, tb, acc   bool
	lda, ldb, ldc int
	a, b, c       []float32
}

func newBF16Case(d [3]int, mode int) bf16Case {
	g := bf16Case{m: d[0], n: d[1], k: d[2], ta: mode&1 > 0, tb: mode&2 > 0, acc: mode&4 > 0}
	ar, ac, br, bc := g.m, g.k, g.k, g.n
	if g.ta {
		ar, ac = ac, ar
	}
	if g.tb {
		br, bc = bc, br
	}
	g.lda, g.ldb, g.ldc = ac+3, bc+1, g.n+2
	span := func(rows, cols, ld int) int { return max(0, (rows-1)*ld+cols) }
	g.a, g.b, g.c = numbers(span(ar, ac, g.lda), 1), numbers(span(br, bc, g.ldb), 2), numbers(span(g.m, g.n, g.ldc), 3)
	return g
}

func (g bf16Case) run() []float32 {
	c := append([]float32{}, g.c...)
	GemmBF16(pool, g.ta, g.tb, g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, g.acc, c, g.ldc)
	return c
}

// exact returns the product of the rounded operands in float64, and how far
// float32 sums may be from it.
func (g bf16Case) exact(i, j int) (sum, far float64) {
	for p := range g.k {
		ai, bi := i*g.lda+p, p*g.ldb+j
		if g.ta {
			ai = p*g.lda + i
		}
		if g.tb {
			bi = j*g.ldb + p
		}
		x := math.Float32frombits(toBF16(g.a[ai]) << 16)
		y := math.Float32frombits(toBF16(g.b[bi]) << 16)
		sum += float64(x) * float64(y)
		far += math.Abs(float64(x) * float64(y))
	}
	if g.acc {
		sum += float64(g.c[i*g.ldc+j])
		far += math.Abs(float64(g.c[i*g.ldc+j]))
	}
	return sum, far * float64(g.k+2) * 0x1p-24
}

// TestGemmBF16 holds every set to the product in float64 of the rounded
// operands, and to the bytes of plain Go.
func TestGemmBF16(t *testing.T) {
	defer func(s pairSet) { pairSetInUse = s }(pairSetInUse)
	shapes := [][3]int{{1, 1, 1}, {1, 33, 7}, {14, 32, 64}, {15, 31, 65}, {16, 16, 2}, {97, 65, 30}, {5, 100, 800},
		{30, 1, 64}, {0, 4, 3}, {3, 4, 0}, {193, 40, 17}, {17, 47, 33}, {28, 64, 769}}
	for w := 1; w <= 33; w += 2 {
		shapes = append(shapes, [3]int{w, 34 - w, 1 + w%5}, [3]int{18, 35, w}, [3]int{18, 35, w + 1})
	}
	for _, d := range shapes {
		for mode := range 8 {
			g := newBF16Case(d, mode)
			pairSetInUse = plainPairs
			want := g.run()
			for i := range want {
				y, x := i/g.ldc, i%g.ldc
				if x >= g.n { // between the rows
					if want[i] != g.c[i] {
						t.Fatalf("%v mode %d: element %d behind row %d is overwritten", d, mode, x, y)
					}
					continue
				}
				if sum, far := g.exact(y, x); !golden.Within(far).Near(float64(want[i]), sum) {
					t.Fatalf("%v mode %d: element %d,%d is %v, want %v", d, mode, y, x, want[i], sum)
				}
			}
			for _, s := range pairSets() {
				pairSetInUse = s
				for i, v := range g.run() {
					if !sameFloat(v, want[i]) {
						t.Fatalf("%s %v mode %d: element %d is %v, in Go %v", s.name, d, mode, i, v, want[i])
					}
				}
			}
		}
	}
}

// TestGemmBF16IsOfKAlone holds each part of a product, of whatever rows and
// columns, on any number of threads, to the bytes of the whole.
func TestGemmBF16IsOfKAlone(t *testing.T) {
	defer func(s pairSet) { pairSetInUse = s }(pairSetInUse)
	for _, s := range append(pairSets(), plainPairs) {
		pairSetInUse = s
		m, n, k := 211, 131, 801
		if s.name == plainPairs.name {
			m, n, k = 61, 70, 771
		}
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
			GemmBF16(nil, ta, tb, m, n, k, a, lda, b, ldb, false, whole, n)
			for _, threads := range []int{2, 3, 8} {
				pool := parallel.New(threads)
				for _, d := range [][4]int{{0, m, 0, n}, {1, 1, 0, n}, {3, 13, 5, 33}, {7, 29, 36, 32}, {50, 11, 66,
					1}, {14, 28, 1, 50}} {
					c := make([]float32, d[1]*d[3])
					GemmBF16(pool, ta, tb, d[1], d[3], k, a[d[0]*da:], lda, b[d[2]*db:], ldb, false, c, d[3])
					for i, v := range c {
						if w := whole[(d[0]+i/d[3])*n+d[2]+i%d[3]]; v != w {
							t.Fatalf("%s ta=%v tb=%v part %v, %d threads: element %d is %v, of the whole %v", s.name,
								ta, tb, d, threads, i, v, w)
						}
					}
				}
			}
		}
	}
}

func BenchmarkGemmBF16(b *testing.B) {
	for _, form := range []string{"nt", "nn", "tn"} {
		for _, d := range [][3]int{{512, 256, 256}, {512, 768, 768}, {512, 3072, 768}, {512, 768, 3072}, {2048, 256,
			256}, {2048, 768, 768}, {2048, 3072, 768}, {2048, 768, 3072}} {
			b.Run(fmt.Sprintf("impl=%s/form=%s/m=%d/n=%d/k=%d", pairSetInUse.name, form, d[0], d[1], d[2]), func(b *testing.B) {
				m, n, k := d[0], d[1], d[2]
				if form == "tn" { // a weight's gradient sums over the rows
					m, n, k = d[2], d[1], d[0]
				}
				x, y, z := numbers(m*k, 1), numbers(k*n, 2), make([]float32, m*n)
				lda, ldb := k, n
				if form[0] == 't' {
					lda = m
				}
				if form[1] == 't' {
					ldb = k
				}
				for b.Loop() {
					GemmBF16(pool, form[0] == 't', form[1] == 't', m, n, k, x, lda, y, ldb, false, z, n)
				}
				b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
