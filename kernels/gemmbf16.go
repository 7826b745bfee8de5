package kernels

import (
	"sync"
	"unsafe"

	"github.com/lmkor/bench/kernels/parallel"
)

const (
	panel     = 16        // pairs side by side in a packed operand
	pairRows  = 14        // rows of c that the micro-kernel computes, and
	pairWidth = 2 * panel // columns
	pairChunk = 384       // pairs whose products are summed before c is touched: fixed, for it decides the order of the sums
	packJob   = 1 << 15   // numbers that are worth another thread's packing
)

// pairSet is one way to multiply in bfloat16. Each gives the same bytes.
type pairSet struct {
	name string
	// run multiplies rows rows of a, at most pairRows, by pairWidth columns of b.
	run func(rows, pairs int, a, b []uint32, c []float32, ldc int, acc bool)
	// rows packs w vectors of k numbers, panel or pairWidth, that are the columns
	// of a matrix with row stride ld; columns packs panel vectors that are its
	// rows, and may write zeros up to the next multiple of panel steps. Both may
	// be nil.
	rows    func(dst []uint32, step int, src []float32, ld, k, w int)
	columns func(dst []uint32, step int, src []float32, ld, k int)
	peak    fmaLoop
}

var plainPairs = pairSet{name: "go", run: pairsGo, peak: fmaLoop{pairTurnsGo, 4}}

// pairSetInUse is the set that GemmBF16 runs on.
var pairSetInUse = choosePairs()

func choosePairs() pairSet {
	if s := pairSets(); len(s) > 0 {
		return s[0]
	}
	return plainPairs
}

// GemmsBF16 is Gemms with both operands rounded to bfloat16, the nearest, ties to
// even, and denormals to zero. Products are summed in float32, two of K at a
// time, the later of the two first, in chunks of fixed size; a sum that is
// denormal becomes zero. Bytes do not depend on the CPU or the threads, nor a
// row's on its neighbours. Squares are not taken here.
func GemmsBF16(pool *parallel.Pool, products ...Product) {
	for i := range products {
		g := &products[i]
		g.check()
		if !g.trivial() {
			p := pairProduct{Product: *g, set: &pairSetInUse}
			p.run(pool)
		}
	}
}

// GemmBF16 is GemmsBF16 of one product.
func GemmBF16(pool *parallel.Pool, ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int,
	acc bool, c []float32, ldc int) {
	GemmsBF16(pool, Product{TA: ta, TB: tb, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: ldb, Acc: acc, C: c, LDC: ldc})
}

// pairProduct is one product of GemmsBF16.
type pairProduct struct {
	Product
	set    *pairSet
	steps  int // pairs of the inner dimension, up to a multiple of panel
	tiles  int // of rows
	panels int // of pairWidth columns
	// What is packed, from the tile t0 and the panel p0 on.
	pa, pb []uint32
	t0, p0 int
}

// edges lends room for the part of c behind the last whole tile.
var edges = sync.Pool{New: func() any { return new([pairRows * pairWidth]float32) }}

// firstRow returns the first row of tile t. Tiles are of one height or of two
// that differ by one.
func (g *pairProduct) firstRow(t int) int { return t * g.M / g.tiles }

// packed returns where a panel of w vectors for [first, last) of all has to
// begin, so that it does not reach past the end.
func packed(first, w, all int) int { return max(0, min(first, all-w)) }

func (g *pairProduct) run(pool *parallel.Pool) {
	g.steps = (g.K + 2*panel - 1) / (2 * panel) * panel
	g.tiles = (g.M + pairRows - 1) / pairRows
	g.panels = (g.N + pairWidth - 1) / pairWidth
	jobs := min(pool.Threads(), 2*g.M*g.N*g.K/jobFlops)
	if jobs <= 1 {
		g.part(0, g.tiles, 0, g.panels, 0)
		return
	}
	if across, down := grid(jobs, 1, g.panels, g.tiles); max(across, down) <= 2 {
		pool.For(across*down, func(i int) {
			x, y := i/down, i%down
			part := *g
			part.part(y*g.tiles/down, (y+1)*g.tiles/down, x*g.panels/across, (x+1)*g.panels/across, i)
		})
		return
	}
	g.together(pool, jobs)
}

// part computes the tiles [t0, t1) of rows in the panels [p0, p1) of columns, and packs for
// itself what it reads: it is at most twice as much as in all. Packed by two threads and
// read by both, a line goes to and fro, which takes six times as long where their cores
// sit on two chips.
func (g *pairProduct) part(t0, t1, p0, p1, who int) {
	buf := g.borrow(t0, t1, p0, p1, who)
	defer release(buf, who)
	g.packA(t0, t1)
	for p := p0; p < p1; p++ {
		g.packB(p)
	}
	blocks := g.blocks(p1 - p0)
	for x := range blocks {
		g.block(t0, t1, p0+x*(p1-p0)/blocks, p0+(x+1)*(p1-p0)/blocks)
	}
}

// together is the whole product by many threads, each of which packs its share for all.
func (g *pairProduct) together(pool *parallel.Pool, jobs int) {
	buf := g.borrow(0, g.tiles, 0, g.panels, 0)
	defer release(buf, 0)
	across, down := grid(jobs, g.blocks(g.panels), g.panels, g.tiles)
	ja := (g.tiles + g.tilesAJob() - 1) / g.tilesAJob()
	jb := (g.panels + g.panelsAJob() - 1) / g.panelsAJob()
	// Parts of both take turns, so that each thread packs about the rows, or the columns,
	// that it is going to multiply.
	pool.For(ja+jb, func(i int) {
		a, next := i*ja/(ja+jb), (i+1)*ja/(ja+jb)
		if a < next {
			g.packA(a*g.tilesAJob(), min(g.tiles, next*g.tilesAJob()))
			return
		}
		for p := (i - a) * g.panelsAJob(); p < min(g.panels, (i-a+1)*g.panelsAJob()); p++ {
			g.packB(p)
		}
	})
	pool.For(across*down, func(i int) {
		x, y := i/down, i%down
		g.block(y*g.tiles/down, (y+1)*g.tiles/down, x*g.panels/across, (x+1)*g.panels/across)
	})
}

// borrow makes room for the tiles [t0, t1) and the panels [p0, p1), and returns what to
// give back.
func (g *pairProduct) borrow(t0, t1, p0, p1, who int) []float32 {
	na, nb := (t1-t0)*panel*g.steps, (p1-p0)*pairWidth*g.steps
	buf := borrow(na+nb, who)
	pairs := unsafe.Slice((*uint32)(unsafe.Pointer(&buf[0])), na+nb)
	g.pa, g.pb, g.t0, g.p0 = pairs[:na:na], pairs[na:], t0, p0
	return buf
}

// blocks returns into how many parts so many panels have to be cut for each to stay in a
// second cache.
func (g *pairProduct) blocks(panels int) int {
	most := blockOf(secondCache)
	return (panels*pairWidth*min(g.steps, pairChunk) + most - 1) / most
}

func (g *pairProduct) tilesAJob() int  { return max(1, packJob/(panel*g.K)) }
func (g *pairProduct) panelsAJob() int { return max(1, packJob/(pairWidth*g.K)) }

// packA packs the rows of the tiles [from, to). Of a transposed a they are columns, and
// those of neighbours share cache lines: some rows of a at a time are packed for all of
// them, before other rows take the lines' places. Where rows are a power of two apart
// there are few.
func (g *pairProduct) packA(from, to int) {
	const most = 32 // rows; even, for they go in pairs
	if !g.TA || g.M < panel || g.set.rows == nil {
		for t := from; t < to; t++ {
			i := packed(g.firstRow(t), panel, g.M)
			g.pack(g.pa[(t-g.t0)*panel*g.steps:][:panel*g.steps], panel, g.A, g.LDA, i, min(panel, g.M-i), !g.TA)
		}
		return
	}
	for k := 0; k < g.K; k += most {
		for t := from; t < to; t++ {
			i := packed(g.firstRow(t), panel, g.M)
			g.set.rows(g.pa[((t-g.t0)*g.steps+k/2)*panel:], panel, g.A[k*g.LDA+i:], g.LDA, min(most, g.K-k), panel)
		}
	}
}

// packB packs the columns of a panel.
func (g *pairProduct) packB(p int) {
	j := packed(p*pairWidth, pairWidth, g.N)
	dst := g.pb[(p-g.p0)*pairWidth*g.steps:][:pairWidth*g.steps]
	if !g.TB && g.N >= pairWidth && g.set.rows != nil {
		g.set.rows(dst, pairWidth, g.B[j:], g.LDB, g.K, pairWidth)
		return
	}
	for h := 0; h < pairWidth; h += panel {
		g.pack(dst[h:], pairWidth, g.B, g.LDB, j+h, max(0, min(panel, g.N-j-h)), g.TB)
	}
}

// pack packs w vectors from the one at number at on, which lie along the rows of
// src or across them.
func (g *pairProduct) pack(dst []uint32, step int, src []float32, ld, at, w int, along bool) {
	switch {
	case along && w == panel && g.set.columns != nil:
		g.set.columns(dst, step, src[at*ld:], ld, g.K)
	case along:
		packPairsGo(dst, step, src[min(len(src), at*ld):], ld, 1, w, g.K)
	case w == panel && g.set.rows != nil:
		g.set.rows(dst, step, src[at:], ld, g.K, panel)
	default:
		packPairsGo(dst, step, src[min(len(src), at):], 1, ld, w, g.K)
	}
}

// block computes the tiles [t0, t1) of rows in the panels [p0, p1) of columns,
// which stay in the second cache while a tile of rows after the other, in the
// first, passes over them.
func (g *pairProduct) block(t0, t1, p0, p1 int) {
	edge := edges.Get().(*[pairRows * pairWidth]float32)
	defer edges.Put(edge)
	all := (g.K + 1) / 2
	for s := 0; s < all; s += pairChunk {
		pairs := min(pairChunk, all-s)
		for t := t0; t < t1; t++ {
			i := g.firstRow(t)
			rows := g.firstRow(t+1) - i
			a := g.pa[((t-g.t0)*g.steps+s)*panel+i-packed(i, panel, g.M):]
			for p := p0; p < p1; p++ {
				g.tile(a, i, rows, p, s, pairs, edge)
			}
			if s+pairs == all {
				g.Then.run(&g.Product, i, rows, p0*pairWidth, min(g.N, p1*pairWidth)-p0*pairWidth)
			}
		}
	}
}

// tile computes rows rows from row i in the columns of panel p, of the inner
// dimension the pairs from pair s on.
func (g *pairProduct) tile(a []uint32, i, rows, p, s, pairs int, edge *[pairRows * pairWidth]float32) {
	b := g.pb[((p-g.p0)*g.steps+s)*pairWidth:]
	acc := g.Acc || s > 0
	j := p * pairWidth
	cols := min(pairWidth, g.N-j)
	if cols == pairWidth {
		g.set.run(rows, pairs, a, b, g.C[i*g.LDC+j:], g.LDC, acc)
		return
	}
	g.set.run(rows, pairs, a, b, edge[:], pairWidth, false)
	skip := j - packed(j, pairWidth, g.N) // columns that the panel before has too
	for y := range rows {
		dst, src := g.C[(i+y)*g.LDC+j:][:cols], edge[y*pairWidth+skip:][:cols]
		if !acc {
			copy(dst, src)
			continue
		}
		for x, v := range src {
			dst[x] += v
		}
	}
}

// pairTurnsGo is the loop behind PeakBF16 in plain Go.
func pairTurnsGo(n int) {
	var c float32
	for range n {
		c = addPair(c, 0x3F803F80, 0x3F803F80)
	}
	if c == 12345 {
		sink = c
	}
}

// PeakBF16 measures the multiply-add rate in bfloat16 of the kernels in use, in
// GFLOP/s on all threads of the pool, as PeakFMA does in float32.
func PeakBF16(pool *parallel.Pool) float64 { return peakOf(pool, pairSetInUse.peak) }
