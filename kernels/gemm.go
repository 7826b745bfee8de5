package kernels

import "sync"

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

// tile is a set's micro-kernel: mr rows by nr columns of c at a time.
type tile struct {
	mr, nr int
	run    func(k int, a, b, c *float32, ldc int, acc bool)
}

const (
	kChunk   = 384 // of the inner dimension: fixed, for it decides the order of the sums
	rowBlock = 96  // rows of a that are packed at once
	mostTile = 12 * 32
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
	t := chosen.tile
	panels := (g.n + t.nr - 1) / t.nr
	for k0 := 0; k0 < g.k; k0 += kChunk {
		kc := min(kChunk, g.k-k0)
		pb := borrow(panels * t.nr * kc)
		const group = 8
		parallel((panels+group-1)/group, func(i int) {
			for p := i * group; p < min(panels, (i+1)*group); p++ {
				g.packB((*pb)[p*t.nr*kc:(p+1)*t.nr*kc], p*t.nr, k0, kc, t.nr)
			}
		})
		acc := g.acc || k0 > 0
		blocks := (g.m + rowBlock - 1) / rowBlock
		cuts := 1 // of the columns, where there are few rows
		if blocks < 8 {
			cuts = min(panels, (8+blocks-1)/blocks)
		}
		parallel(blocks*cuts, func(i int) {
			block, cut := i/cuts, i%cuts
			g.block(t, block*rowBlock, k0, kc, cut*panels/cuts, (cut+1)*panels/cuts, *pb, acc)
		})
		scratch.Put(pb)
	}
}

// block computes a block of rows, in the column panels [p0, p1).
func (g *product) block(t tile, i0, k0, kc, p0, p1 int, pb []float32, acc bool) {
	rows := min(rowBlock, g.m-i0)
	tiles := (rows + t.mr - 1) / t.mr
	pa := borrow(tiles * t.mr * kc)
	defer scratch.Put(pa)
	for r := range tiles {
		g.packA((*pa)[r*t.mr*kc:(r+1)*t.mr*kc], i0+r*t.mr, k0, kc, t.mr)
	}
	var edge [mostTile]float32
	for p := p0; p < p1; p++ {
		b := &pb[p*t.nr*kc]
		cols := min(t.nr, g.n-p*t.nr)
		for r := range tiles {
			i := i0 + r*t.mr
			have := min(t.mr, g.m-i)
			if have == t.mr && cols == t.nr {
				t.run(kc, &(*pa)[r*t.mr*kc], b, &g.c[i*g.ldc+p*t.nr], g.ldc, acc)
				continue
			}
			t.run(kc, &(*pa)[r*t.mr*kc], b, &edge[0], t.nr, false)
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

// packA copies mr rows of op(a) from row i, columns k0 to k0+kc, column by
// column; rows behind the last are zeros.
func (g *product) packA(dst []float32, i, k0, kc, mr int) {
	have := min(mr, g.m-i)
	if have < mr {
		clear(dst)
	}
	if g.ta {
		for p := range kc {
			copy(dst[p*mr:p*mr+have], g.a[(k0+p)*g.lda+i:])
		}
		return
	}
	for r := range have {
		src := g.a[(i+r)*g.lda+k0:][:kc]
		d := dst[r:]
		for p, v := range src {
			d[p*mr] = v
		}
	}
}

// packB copies nr columns of op(b) from column j, rows k0 to k0+kc, row by row;
// columns behind the last are zeros.
func (g *product) packB(dst []float32, j, k0, kc, nr int) {
	have := min(nr, g.n-j)
	if have < nr {
		clear(dst)
	}
	if !g.tb {
		for p := range kc {
			copy(dst[p*nr:p*nr+have], g.b[(k0+p)*g.ldb+j:])
		}
		return
	}
	for q := range have {
		src := g.b[(j+q)*g.ldb+k0:][:kc]
		d := dst[q:]
		for p, v := range src {
			d[p*nr] = v
		}
	}
}

// kern4x8Go is the micro-kernel without assembly.
func kern4x8Go(k int, a, b, c []float32, ldc int, acc bool) {
	var s [4][8]float32
	for p := range k {
		ap, bp := a[p*4:p*4+4], b[p*8:p*8+8]
		for i, v := range ap {
			row := &s[i]
			for j, w := range bp {
				row[j] += v * w
			}
		}
	}
	for i := range s {
		for j, v := range s[i] {
			if acc {
				c[i*ldc+j] += v
			} else {
				c[i*ldc+j] = v
			}
		}
	}
}
