package kernels

import "unsafe"

// tile is a set's micro-kernel: up to mr rows by nr columns of c at a time.
type tile struct {
	mr, nr int
	step   int // between the columns of a packed a
	group  int // tiles of rows that pass over a panel together
	ways   int // of a first cache, that rows of a may fill where they lie; if they fill more, they are copied
	// mostK is how much of the inner dimension goes into one sum before it goes to
	// c: fixed, for it decides the order of the sums.
	mostK int
	// run multiplies rows rows of a, lda apart, or packed with columns lda apart,
	// by nr columns of b, whose rows are bs apart. k is at least 1.
	run func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool)
	// half, if there is one, is run for half as many columns.
	half func(rows, k int, a *float32, lda int, packed bool, b *float32, bs int, c *float32, ldc int, acc bool)
	// copy, if there are any, copy k rows, ld apart, step floats wide of a, to be
	// packed, and nr wide of b. They may ask for what lies behind.
	copy [2]rowCopier
	// copyTiles, if there is one, is copy of four tiles of a at once, which begin
	// at the given columns and are put size floats apart.
	copyTiles func(dst *float32, size int, src *float32, ld, k int, at *[4]int)
	// transpose, if there is one, turns eight rows of k floats, a multiple of
	// 8, into k rows of eight.
	transpose func(dst *float32, step int, src *float32, ld, k int)
	// prefetch, if there is one, asks for rows of w bytes, ld floats apart, to
	// come to the second cache.
	prefetch func(src *float32, ld, rows, w int)
	// squares, if there is one, sums up the squares of rows rows of c, nr wide, in
	// so many sums.
	squares func(c *float32, ldc, rows int, sums *float32)
	few     *fewRows // of products of one row or two; nil: they go as all others
	sums    int
}

// rowCopier copies k rows, ld floats apart, to rows step floats apart.
type rowCopier func(dst *float32, step int, src *float32, ld, k int)

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
