package kernels

import (
	"sync"
	"unsafe"
)

// Gemm computes c = op(a)*op(b), or c += op(a)*op(b) if acc, where op(a) is
// [m, k] and op(b) is [k, n]. a is stored row-major with row stride lda as
// [m, k], or as [k, m] if ta; b as [k, n], or as [n, k] if tb; c as [m, n] with
// row stride ldc. c overlaps neither a nor b.
//
// Each element's sum runs over k in ascending order, in chunks of fixed size,
// whatever m, n and the number of threads, so a row's result does not depend
// on its neighbours. It takes 2*m*n*k operations and runs on the pool.
// It panics if a slice is too short.
func Gemm(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	g := product{ta, tb, m, n, k, a, lda, b, ldb, acc, c, ldc}
	g.check()
	g.run(Parallel)
}

// GemmSeq is Gemm on the calling goroutine alone, for use inside Parallel.
func GemmSeq(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	g := product{ta, tb, m, n, k, a, lda, b, ldb, acc, c, ldc}
	g.check()
	g.run(alone)
}

func alone(n int, f func(int)) {
	for i := range n {
		f(i)
	}
}

// product is one call of Gemm.
type product struct {
	ta, tb  bool
	m, n, k int
	a       []float32
	lda     int
	b       []float32
	ldb     int
	acc     bool
	c       []float32
	ldc     int
}

func (g *product) check() {
	span := func(rows, cols, ld int) int {
		if rows == 0 || cols == 0 {
			return 0
		}
		if ld < cols {
			panic("kernels: gemm: row stride below the width")
		}
		return (rows-1)*ld + cols
	}
	ar, ac, br, bc := g.m, g.k, g.k, g.n
	if g.ta {
		ar, ac = ac, ar
	}
	if g.tb {
		br, bc = bc, br
	}
	if len(g.a) < span(ar, ac, g.lda) || len(g.b) < span(br, bc, g.ldb) || len(g.c) < span(g.m, g.n, g.ldc) {
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
	// copy, if there is one, copies k rows of w floats, if it can.
	copy func(dst *float32, step int, src *float32, ld, k, w int) bool
	// transpose, if there is one, turns eight rows of k floats, a multiple of
	// 8, into k rows of eight.
	transpose func(dst *float32, step int, src *float32, ld, k int)
}

const (
	kChunk    = 384     // of the inner dimension: fixed, for it decides the order of the sums
	tileBlock = 12      // tiles of rows that share a panel of b in the nearest cache
	jobFlops  = 1 << 19 // what is worth another thread's attention
	mostJobs  = 16      // of one product, if it is not larger than the caches
)

// scratch lends packing buffers.
var scratch = sync.Pool{New: func() any { return new([]float32) }}

func borrow(n int) *[]float32 {
	p := scratch.Get().(*[]float32)
	if cap(*p) < n {
		*p = make([]float32, n)
	}
	*p = (*p)[:n]
	return p
}

func (g *product) run(parallel func(int, func(int))) {
	if g.m == 0 || g.n == 0 {
		return
	}
	if g.k == 0 {
		if !g.acc {
			for i := range g.m {
				clear(g.c[i*g.ldc : i*g.ldc+g.n])
			}
		}
		return
	}
	t := &chosen.tile
	if 2*g.m*g.n*g.k < 2*jobFlops {
		parallel = alone
	}
	panels := (g.n + t.nr - 1) / t.nr
	tiles := (g.m + t.mr - 1) / t.mr
	blocks := (tiles + tileBlock - 1) / tileBlock
	for k0 := 0; k0 < g.k; k0 += kChunk {
		kc := min(kChunk, g.k-k0)
		pb := borrow(panels * t.nr * kc)
		const group = 4
		parallel((panels+group-1)/group, func(i int) {
			for p := i * group; p < min(panels, (i+1)*group); p++ {
				g.packB(t, (*pb)[p*t.nr*kc:(p+1)*t.nr*kc], p*t.nr, k0, kc)
			}
		})
		acc := g.acc || k0 > 0
		jobs := min(mostJobs, max(1, 2*g.m*g.n*kc/jobFlops))
		cuts := min(panels, max(1, (jobs+blocks-1)/blocks)) // of the columns, where there are few rows
		parallel(blocks*cuts, func(i int) {
			block, cut := i/cuts, i%cuts
			g.block(t, block*tiles/blocks, (block+1)*tiles/blocks, tiles, k0, kc, cut*panels/cuts, (cut+1)*panels/cuts, *pb, acc)
		})
		scratch.Put(pb)
	}
}

// block computes the tiles [t0, t1) of all tiles of rows, in the column panels
// [p0, p1). Tiles are of one height or of two that differ by one.
func (g *product) block(t *tile, t0, t1, tiles, k0, kc, p0, p1 int, pb []float32, acc bool) {
	// Rows a multiple of a kilobyte apart compete for few lines of the nearest
	// cache: where they are used often, they are copied closer together.
	near := !g.ta && p1-p0 >= 4 && g.lda > kChunk && g.lda%256 == 0
	const apart = kChunk + 16
	r0 := t0 * g.m / tiles
	size := t.mr * t.nr
	switch {
	case g.ta:
		size += (t1 - t0) * t.step * kc
	case near:
		size += (t1*g.m/tiles - r0) * apart
	}
	buf := borrow(size)
	defer scratch.Put(buf)
	edge, pa := (*buf)[:t.mr*t.nr], (*buf)[t.mr*t.nr:]
	if near {
		for i := r0; i < t1*g.m/tiles; i++ {
			copy(pa[(i-r0)*apart:], g.a[i*g.lda+k0:][:kc])
		}
	}
	if g.ta {
		for r := t0; r < t1; r++ {
			i := r * g.m / tiles
			g.packA(t, pa[(r-t0)*t.step*kc:(r-t0+1)*t.step*kc], i, (r+1)*g.m/tiles-i, k0, kc)
		}
	}
	for p := p0; p < p1; p++ {
		b := &pb[p*t.nr*kc]
		cols := min(t.nr, g.n-p*t.nr)
		for r := t0; r < t1; r++ {
			i := r * g.m / tiles
			have := (r+1)*g.m/tiles - i
			var a *float32
			lda := t.step
			switch {
			case g.ta:
				a = &pa[(r-t0)*t.step*kc]
			case near:
				a, lda = &pa[(i-r0)*apart], apart
			default:
				a, lda = &g.a[i*g.lda+k0], g.lda
			}
			if cols == t.nr {
				t.run(have, kc, a, lda, g.ta, b, t.nr, &g.c[i*g.ldc+p*t.nr], g.ldc, acc)
				continue
			}
			t.run(have, kc, a, lda, g.ta, b, t.nr, &edge[0], t.nr, false)
			for y := range have {
				dst, src := g.c[(i+y)*g.ldc+p*t.nr:][:cols], edge[y*t.nr:][:cols]
				if !acc {
					copy(dst, src)
					continue
				}
				for x, v := range src {
					dst[x] += v
				}
			}
		}
	}
}

// packA copies have rows of the transposed a from row i, columns k0 to k0+kc,
// column by column. What lies between the columns is never used.
func (g *product) packA(t *tile, dst []float32, i, have, k0, kc int) {
	fast := 0
	if t.copy != nil { // as many columns as may be read a whole step wide
		fast = max(0, min(kc, (len(g.a)-i-t.step)/g.lda+1-k0))
		if i+t.step > len(g.a) {
			fast = 0
		}
		if fast > 0 && !t.copy(&dst[0], t.step, &g.a[k0*g.lda+i], g.lda, fast, t.step) {
			fast = 0
		}
	}
	for p := fast; p < kc; p++ {
		copy(dst[p*t.step:p*t.step+have], g.a[(k0+p)*g.lda+i:])
	}
}

// packB copies nr columns of op(b) from column j, rows k0 to k0+kc, row by row;
// columns behind the last are zeros.
func (g *product) packB(t *tile, dst []float32, j, k0, kc int) {
	nr := t.nr
	have := min(nr, g.n-j)
	if have < nr {
		clear(dst)
	}
	if !g.tb {
		if have == nr && t.copy != nil && t.copy(&dst[0], nr, &g.b[k0*g.ldb+j], g.ldb, kc, nr) {
			return
		}
		for p := range kc {
			copy(dst[p*nr:p*nr+have], g.b[(k0+p)*g.ldb+j:])
		}
		return
	}
	q, whole := 0, kc/8*8
	if t.transpose != nil && whole > 0 {
		for ; q+8 <= have; q += 8 {
			t.transpose(&dst[q], nr, &g.b[(j+q)*g.ldb+k0], g.ldb, whole)
			for y := q; y < q+8; y++ {
				for p := whole; p < kc; p++ {
					dst[p*nr+y] = g.b[(j+y)*g.ldb+k0+p]
				}
			}
		}
	}
	for ; q < have; q++ {
		src := g.b[(j+q)*g.ldb+k0:][:kc]
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
