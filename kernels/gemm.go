package kernels

import (
	"math"
	"slices"

	"github.com/lmkor/bench/kernels/parallel"
)

// Product is the product C = op(A)*op(B), or C += op(A)*op(B) if Acc, where op(A)
// is [M, K] and op(B) is [K, N]. A is stored row-major with row stride LDA as
// [M, K], or as [K, M] if TA; B as [K, N], or as [N, K] if TB; C as [M, N] with
// row stride LDC. C overlaps neither A nor B.
type Product struct {
	TA, TB  bool
	M, N, K int
	A       []float32
	LDA     int
	B       []float32
	LDB     int
	Acc     bool
	C       []float32
	LDC     int
	Then    Epilogue
	// Squares, if it is not nil, becomes the sum of the squares of C, taken part by
	// part while it is near, in an order that depends on M and N alone.
	Squares *float64

	squares []float32 // each tile's share of them
}

// Gemms computes products of which none needs another's result, on the pool.
//
// Each element's sum runs over K in ascending order, in chunks of fixed size,
// whatever M, N, the number of threads and the other products, so a row's result
// does not depend on its neighbours. It takes 2*M*N*K operations. It panics if a
// slice is too short.
func Gemms(pool *parallel.Pool, products ...Product) {
	var flops int
	for i := range products {
		products[i].check()
		products[i].prepareSquares(&chosen.tile)
		flops += 2 * products[i].M * products[i].N * products[i].K
	}
	threads := pool.Threads()
	jobs := min(threads, flops/jobFlops)
	few := chosen.tile.few
	if few != nil && (jobs > 1 || threads == 1) && !slices.ContainsFunc(products, func(g Product) bool { return !few.takes(&g) }) {
		for i := range products {
			few.multiply(pool, &products[i])
		}
		return
	}
	if jobs <= 1 {
		for i := range products {
			products[i].alone()
			products[i].addSquares()
		}
		return
	}
	s := spareQueues.Get().(*jobQueue)
	s.t, s.pool = &chosen.tile, pool
	for i := range products {
		if g := &products[i]; !g.trivial() {
			// A thread with a product of its own packs nothing twice.
			s.add(g, (jobs+len(products)-1)/len(products))
		}
	}
	s.run()
	spareQueues.Put(s)
	for i := range products {
		products[i].addSquares()
	}
}

// Gemm is Gemms of one product: see there.
func Gemm(pool *parallel.Pool, ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int,
	acc bool, c []float32, ldc int) {
	Gemms(pool, Product{TA: ta, TB: tb, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: ldb, Acc: acc, C: c, LDC: ldc})
}

// GemmSeq is Gemm on the calling goroutine alone, for use inside a loop on a pool.
func GemmSeq(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	g := Product{TA: ta, TB: tb, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: ldb, Acc: acc, C: c, LDC: ldc}
	g.check()
	g.alone()
}

func (g *Product) check() {
	span := func(rows, cols, ld int) int {
		if rows == 0 || cols == 0 {
			return 0
		}
		if ld < cols {
			panic("kernels: gemm: row stride below the width")
		}
		return (rows-1)*ld + cols
	}
	ar, ac, br, bc := g.M, g.K, g.K, g.N
	if g.TA {
		ar, ac = ac, ar
	}
	if g.TB {
		br, bc = bc, br
	}
	if len(g.A) < span(ar, ac, g.LDA) || len(g.B) < span(br, bc, g.LDB) || len(g.C) < span(g.M, g.N, g.LDC) {
		panic("kernels: gemm: a slice is too short")
	}
}

const (
	jobFlops  = 1 << 19 // what is worth another thread's attention
	mostGroup = 8       // tiles of rows that pass over a panel together
	uses      = 2       // of a tile or a panel that do not pay for copying it
	directK   = 128     // at most, of the inner dimension, of what is read where it lies
)

// chunk returns how much of the inner dimension k is summed at a time: k in
// the fewest equal parts of at most mostK, in steps of 8.
func (t *tile) chunk(k int) int {
	parts := (k + t.mostK - 1) / t.mostK
	return min(t.mostK, ((k+parts-1)/parts+7)/8*8)
}

// trivial tells whether there is nothing to multiply, and then finishes C.
func (g *Product) trivial() bool {
	if g.M == 0 || g.N == 0 {
		return true
	}
	if g.K > 0 {
		return false
	}
	if !g.Acc {
		for i := range g.M {
			clear(g.C[i*g.LDC : i*g.LDC+g.N])
		}
	}
	g.Then.run(g, 0, g.M, 0, g.N)
	return true
}

// alone computes the product without a word to the collector, for attention has
// thousands of these.
func (g *Product) alone() {
	if g.trivial() {
		return
	}
	t := &chosen.tile
	part := g.partition(t)
	r := rooms.Get().(*room)
	for i := range part.across {
		j := g.job(t, part, i)
		j.run(r)
	}
	rooms.Put(r)
}

// partition splits c into jobs for one thread. Each packs its own columns of b, which
// then stay in its core's second cache, and passes all of its rows of a over
// them, a tile of which stays in the first: nothing is openJob before somebody has
// nothing left to do.
func (g *Product) partition(t *tile) partition {
	c := partition{tiles: (g.M + t.mr - 1) / t.mr, panels: (g.N + t.nr - 1) / t.nr, kMost: t.chunk(g.K), down: 1}
	c.across = t.acrossFor(c.panels, c.kMost, secondCache)
	return c
}

// partition is how a product is cut into jobs: tiles of rows into down parts,
// panels of columns into across.
type partition struct {
	tiles, panels, kMost int
	across, down         int
}

// job returns the i-th part.
func (g *Product) job(t *tile, part partition, i int) job {
	x, y := i%part.across, i/part.across // neighbours have the same rows
	return job{Product: *g, t: t, tiles: part.tiles, kMost: part.kMost,
		t0: y * part.tiles / part.down, t1: (y + 1) * part.tiles / part.down,
		p0: x * part.panels / part.across, p1: (x + 1) * part.panels / part.across}
}

// border is what it costs each tile of rows, in panels, that the columns beside are another
// thread's. Lines of c there go to and fro: where the threads' cores sit on two chips,
// products of 529 rows were 3 to 12 % faster by rows, in bfloat16 25 to 45 %.
const border = 0.6

// grid returns how many parts the columns and the rows are cut into, at least
// across parts of columns, so that each of as many threads as jobs has the same to do.
func grid(jobs, across, panels, tiles int) (int, int) {
	best, bx, by := math.Inf(1), across, 1
	for x := across; x <= min(panels, across+2*jobs); x++ {
		for y := 1; y <= min(tiles, 2*jobs); y++ {
			w, h := float64((panels+x-1)/x), float64((tiles+y-1)/y)
			rounds := float64((x*y + jobs - 1) / jobs)
			if x > 1 {
				w += border
			}
			// Packing the columns takes as long as a row of tiles, packing the
			// rows as a third of a column of panels.
			if cost := rounds * (w + 0.3) * (h + 1); cost < best*0.999 {
				best, bx, by = cost, x, y
			}
		}
	}
	return bx, by
}
