package kernels

import (
	"math"
	"unsafe"
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
	// Then, if it is not nil, is called on every part of C as soon as it is
	// finished and while it is still near: rows rows from row i, and cols columns
	// from column j. Each element is in one part; parts differ with the number of
	// threads and may come at the same time.
	Then func(i, rows, j, cols int)
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
func Gemms(products ...Product) {
	var flops int
	for i := range products {
		products[i].check()
		products[i].beginSquares(&chosen.tile)
		flops += 2 * products[i].M * products[i].N * products[i].K
	}
	jobs := min(Threads(), flops/jobFlops)
	if jobs <= 1 {
		for i := range products {
			products[i].alone()
			products[i].endSquares()
		}
		return
	}
	s := spareSharings.Get().(*sharing)
	s.t = &chosen.tile
	for i := range products {
		if g := &products[i]; !g.trivial() {
			// A thread with a product of its own packs nothing twice.
			s.add(g, (jobs+len(products)-1)/len(products))
		}
	}
	s.run()
	spareSharings.Put(s)
	for i := range products {
		products[i].endSquares()
	}
}

// beginSquares makes room for each tile's sum of squares, if they are wanted.
func (g *Product) beginSquares(t *tile) {
	if g.Squares != nil && g.K > 0 {
		g.squares = borrow(((g.M + t.mr - 1) / t.mr) * ((g.N + t.nr - 1) / t.nr))
	}
}

// endSquares adds them up.
func (g *Product) endSquares() {
	if g.Squares == nil {
		return
	}
	*g.Squares = 0
	if g.K == 0 { // no tile was computed
		for i := range g.M {
			*g.Squares += SumSquares(g.C[i*g.LDC : i*g.LDC+g.N])
		}
		return
	}
	for _, s := range g.squares {
		*g.Squares += float64(s)
	}
	giveBack(g.squares)
}

// Gemm is Gemms of one product: see there.
func Gemm(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	Gemms(Product{TA: ta, TB: tb, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: ldb, Acc: acc, C: c, LDC: ldc})
}

// GemmSeq is Gemm on the calling goroutine alone, for use inside Parallel.
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

// tile is a set's micro-kernel: up to mr rows by nr columns of c at a time.
type tile struct {
	mr, nr int
	step   int // between the columns of a packed a
	// run multiplies rows rows of a, lda apart, or packed with columns lda apart,
	// by nr columns of b, whose rows are bs apart. k is at least 1.
	run func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool)
	// copy, if there are any, copy k rows, ld apart, step floats wide of a, to be
	// packed, and nr wide of b. They may ask for what lies behind.
	copy [2]rowCopier
	// copyTiles, if there is one, is copy of four tiles of a at once, which begin
	// at the given columns and are put size floats apart.
	copyTiles func(dst *float32, size int, src *float32, ld, k int, at *[group]int)
	// transpose, if there is one, turns eight rows of k floats, a multiple of
	// 8, into k rows of eight.
	transpose func(dst *float32, step int, src *float32, ld, k int)
	// prefetch, if there is one, asks for rows of w bytes, ld floats apart, to
	// come to the second cache.
	prefetch func(src *float32, ld, rows, w int)
	// squares, if there is one, sums up the squares of rows rows of c, nr wide, in
	// so many sums.
	squares func(c *float32, ldc, rows int, sums *float32)
	sums    int
}

type rowCopier func(dst *float32, step int, src *float32, ld, k int)

const (
	mostK    = 384     // of the inner dimension in one sum before it goes to c: fixed, for it decides the order of the sums
	jobFlops = 1 << 19 // what is worth another thread's attention
	group    = 4       // tiles of a transposed a that are packed at once
	uses     = 2       // of a tile or a panel that do not pay for copying it
	directK  = 128     // at most, of the inner dimension, of what is read where it lies
)

// chunk returns how much of the inner dimension k is summed at a time: k in
// the fewest equal parts of at most mostK, in steps of 8.
func chunk(k int) int {
	parts := (k + mostK - 1) / mostK
	return min(mostK, ((k+parts-1)/parts+7)/8*8)
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
	if g.Then != nil {
		g.Then(0, g.M, 0, g.N)
	}
	return true
}

// alone computes the product without a word to the collector, for attention has
// thousands of these.
func (g *Product) alone() {
	if g.trivial() {
		return
	}
	t := &chosen.tile
	cut := g.cut(t)
	r := rooms.Get().(*room)
	for i := range cut.across {
		j := g.job(t, cut, i)
		j.run(r)
	}
	rooms.Put(r)
}

// cut splits c into jobs for one thread. Each packs its own columns of b, which
// then stay in its core's second cache, and passes all of its rows of a over
// them, a tile of which stays in the first: nothing is shared before somebody has
// nothing left to do.
func (g *Product) cut(t *tile) cutting {
	c := cutting{tiles: (g.M + t.mr - 1) / t.mr, panels: (g.N + t.nr - 1) / t.nr, kMost: chunk(g.K), down: 1}
	c.across = (c.panels*t.nr*c.kMost + blockSize - 1) / blockSize
	return c
}

// cutting is how a product is cut into jobs: tiles of rows into down parts,
// panels of columns into across.
type cutting struct {
	tiles, panels, kMost int
	across, down         int
}

// job returns the i-th part.
func (g *Product) job(t *tile, cut cutting, i int) job {
	x, y := i%cut.across, i/cut.across // neighbours have the same rows
	return job{Product: *g, t: t, tiles: cut.tiles, kMost: cut.kMost,
		t0: y * cut.tiles / cut.down, t1: (y + 1) * cut.tiles / cut.down,
		p0: x * cut.panels / cut.across, p1: (x + 1) * cut.panels / cut.across}
}

// grid returns how many parts the columns and the rows are cut into, at least
// across parts of columns, so that each of as many threads as jobs has the same to do.
func grid(jobs, across, panels, tiles int) (int, int) {
	best, bx, by := math.Inf(1), across, 1
	for x := across; x <= min(panels, across+2*jobs); x++ {
		for y := 1; y <= min(tiles, 2*jobs); y++ {
			w, h := float64((panels+x-1)/x), float64((tiles+y-1)/y)
			rounds := float64((x*y + jobs - 1) / jobs)
			// Packing the columns takes as long as a row of tiles, packing the
			// rows as a third of a column of panels.
			if cost := rounds * (w + 0.3) * (h + 1); cost < best*0.999 {
				best, bx, by = cost, x, y
			}
		}
	}
	return bx, by
}

// job is a part of a product: the tiles of rows [t0, t1), of all tiles, in the
// panels of columns [p0, p1). Tiles are of one height or of two that differ by
// one.
type job struct {
	Product        // a copy: what is pointed to goes to the collector
	t              *tile
	tiles          int
	t0, t1, p0, p1 int
	kMost          int
	k0, kc         int       // the part of the inner dimension at hand
	pb             []float32 // the columns of b, a panel after the other
	pa             []float32 // a tile of a as it lies, stride floats a row; of a transposed one a group of them
	g0, g1         int       // the tiles of rows at hand
	edge           []float32 // a tile of c, where c is narrower
}

// top is the first row of tile r.
func (j *job) top(r int) int { return r * j.M / j.tiles }

// run computes the whole job in the given room.
func (j *job) run(r *room) {
	packed := (j.p1 - j.p0) * j.t.nr * j.kMost
	buf := r.of(packed + j.needs())
	j.pb = buf[:packed]
	j.settle(buf[packed:])
	for k0 := 0; k0 < j.K; k0 += j.kMost {
		j.pack(k0)
		j.all()
	}
}

// runShared computes the job, in the end together with whoever joins it at o.
func (j *job) runShared(o *shared) {
	j.pb = borrow((j.p1 - j.p0) * j.t.nr * j.kMost)
	buf := borrow(j.needs())
	j.settle(buf)
	last := (j.K - 1) / j.kMost * j.kMost
	for k0 := 0; k0 < last; k0 += j.kMost {
		j.pack(k0)
		j.all()
	}
	j.pack(last)
	o.open(j) // the last to leave gives back what is packed
	giveBack(buf)
}

// needs is the number of floats that a thread needs for itself.
func (j *job) needs() int { return j.tileRoom() + j.t.mr*j.t.nr }

// tileRoom is the number of floats for the rows at hand.
func (j *job) tileRoom() int {
	if j.TA {
		return group * j.t.step * j.kMost
	}
	return j.t.mr * j.stride()
}

// stride is how far the rows of a tile are apart: whole cache lines, and no
// power of two, whose lines would compete.
func (j *job) stride() int { return (j.kMost + 31) / 16 * 16 }

// settle gives the thread its room.
func (j *job) settle(buf []float32) {
	n := j.tileRoom()
	j.pa, j.edge = buf[:n], buf[n:]
}

// pack packs the job's columns of b in the part of the inner dimension from k0 on.
func (j *job) pack(k0 int) {
	j.k0, j.kc = k0, min(j.kMost, j.K-k0)
	for p := j.p0; p < j.p1; p++ {
		if !j.direct(p) {
			j.packB(j.t, j.panel(p), p*j.t.nr, j.k0, j.kc)
		}
	}
}

// all computes all of the job's rows.
func (j *job) all() {
	for r := j.t0; r < j.t1; r += group {
		j.some(r, min(j.t1, r+group))
	}
}

// some computes the tiles of rows [from, to), at most group of them, in all the
// job's columns.
func (j *job) some(from, to int) {
	j.g0, j.g1 = from, to
	for r := from; r < to; r++ {
		j.row(r)
	}
}

// direct tells whether panel p is read where it lies: few rows pass over it, as
// in attention over short sequences.
func (j *job) direct(p int) bool {
	return !j.TB && j.t1-j.t0 <= uses && j.K <= directK && (p+1)*j.t.nr <= j.N
}

// panel returns where the columns of panel p are packed.
func (j *job) panel(p int) []float32 {
	size := j.t.nr * j.kMost
	return j.pb[(p-j.p0)*size:][:j.t.nr*j.kc]
}

// row computes the tile of rows r in all the job's columns.
func (j *job) row(r int) {
	t, i := j.t, j.top(r)
	have := j.top(r+1) - i
	acc := j.Acc || j.k0 > 0
	a, lda := j.rows(r)
	for p := j.p0; p < j.p1; p++ {
		b, bs := &j.pb[0], t.nr
		if j.direct(p) {
			b, bs = &j.B[j.k0*j.LDB+p*t.nr], j.LDB
		} else {
			b = &j.panel(p)[0]
		}
		if t.prefetch != nil {
			j.ahead(r, p)
		}
		if cols := j.N - p*t.nr; cols < t.nr {
			t.run(have, j.kc, a, lda, j.TA, b, bs, &j.edge[0], t.nr, false)
			j.addEdge(i, have, p*t.nr, cols, acc)
			continue
		}
		t.run(have, j.kc, a, lda, j.TA, b, bs, &j.C[i*j.LDC+p*t.nr], j.LDC, acc)
	}
	if j.squares != nil && j.k0+j.kc == j.K {
		j.square(r, i, have)
	}
	if j.Then != nil && j.k0+j.kc == j.K {
		first := j.p0 * t.nr
		j.Then(i, have, first, min(j.N, j.p1*t.nr)-first)
	}
}

// square sums up the squares of the tile of rows r, have of them from row i on, panel
// by panel.
func (j *job) square(r, i, have int) {
	t, panels := j.t, (j.N+j.t.nr-1)/j.t.nr
	for p := j.p0; p < j.p1; p++ {
		cols := min(t.nr, j.N-p*t.nr)
		c, s := j.C[i*j.LDC+p*t.nr:], float32(0)
		if cols == t.nr && t.squares != nil {
			t.squares(&c[0], j.LDC, have, &j.edge[0])
			s = joined(j.edge[:t.sums])
		} else {
			for y := range have {
				for _, v := range c[y*j.LDC:][:cols] {
					s += v * v
				}
			}
		}
		j.squares[r*panels+p] = s
	}
}

// rows copies the rows of tile r together, so that they stay in the nearest
// cache whatever their stride, and returns where they are. For few panels they
// stay where they lie, unless their cache lines would compete.
func (j *job) rows(r int) (a *float32, lda int) {
	if j.p1-j.p0 <= uses && j.K <= directK && j.LDA%512 != 0 {
		i := j.top(r)
		if j.TA {
			return &j.A[j.k0*j.LDA+i], j.LDA
		}
		return &j.A[i*j.LDA+j.k0], j.LDA
	}
	if !j.TA {
		stride := j.stride()
		for y, i := 0, j.top(r); i < j.top(r+1); y, i = y+1, i+1 {
			copy(j.pa[y*stride:], j.A[i*j.LDA+j.k0:][:j.kc])
		}
		return &j.pa[0], stride
	}
	size := j.t.step * j.kMost
	if r == j.g0 {
		from := j.packTiles(size)
		for q := r; q < j.g1; q++ {
			j.packA(j.t, j.pa[(q-r)*size:][:j.t.step*j.kc], j.top(q), j.top(q+1)-j.top(q), from)
		}
	}
	return &j.pa[(r-j.g0)*size], j.t.step
}

// ahead asks for a share of the rows of a that come next, while tile r is
// multiplied by panel p. Columns of a transposed one are asked for as they are
// copied: a tile of them may fill its few sets of the second cache.
func (j *job) ahead(r, p int) {
	if j.TA || r+1 == j.t1 {
		return
	}
	n, next := j.p1-j.p0, j.top(r+1)
	rows := j.top(r+2) - next
	from, to := (p-j.p0)*rows/n, (p-j.p0+1)*rows/n
	if from < to {
		j.t.prefetch(&j.A[(next+from)*j.LDA+j.k0], j.LDA, to-from, 4*j.kc)
	}
}

// addEdge adds or copies the tile's first rows and columns to c at row i, column x.
func (j *job) addEdge(i, rows, x, cols int, acc bool) {
	for y := range rows {
		dst, src := j.C[(i+y)*j.LDC+x:][:cols], j.edge[y*j.t.nr:][:cols]
		if !acc {
			copy(dst, src)
			continue
		}
		for x, v := range src {
			dst[x] += v
		}
	}
}

// packTiles copies as much of the tiles at hand as it can in one go, and returns
// how many rows of a that is of each.
func (j *job) packTiles(size int) int {
	t, first := j.t, j.top(j.g0)
	if t.copyTiles == nil || j.g1-j.g0 != group {
		return 0
	}
	rows := j.readable(j.top(j.g1 - 1))
	if rows > 0 {
		var at [group]int
		for q := range at {
			at[q] = j.top(j.g0+q) - first
		}
		t.copyTiles(&j.pa[0], size, &j.A[j.k0*j.LDA+first], j.LDA, rows, &at)
	}
	return rows
}

// readable returns how many of the rows of the transposed a at hand may be read a
// whole step wide from column i on.
func (j *job) readable(i int) int {
	if i+j.t.step > len(j.A) {
		return 0
	}
	return max(0, min(j.kc, (len(j.A)-i-j.t.step)/j.LDA+1-j.k0))
}

// packA copies have rows of the transposed a from row i, columns from on of those
// at hand, column by column. What lies between the columns is never used.
func (j *job) packA(t *tile, dst []float32, i, have, from int) {
	if fast := j.readable(i); t.copy[0] != nil && fast > from {
		t.copy[0](&dst[from*t.step], t.step, &j.A[(j.k0+from)*j.LDA+i], j.LDA, fast-from)
		from = fast
	}
	for p := from; p < j.kc; p++ {
		copy(dst[p*t.step:p*t.step+have], j.A[(j.k0+p)*j.LDA+i:])
	}
}

// packB copies nr columns of op(b) from column j, rows k0 to k0+kc, row by row.
// What lies behind the last column is multiplied, and never used.
func (g *Product) packB(t *tile, dst []float32, j, k0, kc int) {
	nr := t.nr
	have := min(nr, g.N-j)
	if !g.TB {
		if have == nr && t.copy[1] != nil {
			t.copy[1](&dst[0], nr, &g.B[k0*g.LDB+j], g.LDB, kc)
			return
		}
		for p := range kc {
			copy(dst[p*nr:p*nr+have], g.B[(k0+p)*g.LDB+j:])
		}
		return
	}
	q, whole := 0, kc/8*8
	if t.transpose != nil && whole > 0 {
		for ; q+8 <= have; q += 8 {
			t.transpose(&dst[q], nr, &g.B[(j+q)*g.LDB+k0], g.LDB, whole)
			for y := q; y < q+8; y++ {
				for p := whole; p < kc; p++ {
					dst[p*nr+y] = g.B[(j+y)*g.LDB+k0+p]
				}
			}
		}
	}
	for ; q < have; q++ {
		src := g.B[(j+q)*g.LDB+k0:][:kc]
		d := dst[q:]
		for p, v := range src {
			d[p*nr] = v
		}
	}
}

// kern4x8Go is the micro-kernel without assembly.
func kern4x8Go(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool) {
	ai, ap := lda, 1
	if packed {
		ai, ap = 1, lda
	}
	as := unsafe.Slice(a, (rows-1)*ai+(k-1)*ap+1)
	bb, cs := unsafe.Slice(b, (k-1)*bs+8), unsafe.Slice(c, (rows-1)*ldc+8)
	var s [4][8]float32
	for p := range k {
		bp := bb[p*bs : p*bs+8]
		for i := range rows {
			v, row := as[i*ai+p*ap], &s[i]
			for j, w := range bp {
				row[j] += v * w
			}
		}
	}
	for i := range rows {
		for j, v := range s[i] {
			if acc {
				cs[i*ldc+j] += v
			} else {
				cs[i*ldc+j] = v
			}
		}
	}
}
