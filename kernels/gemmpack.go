package kernels

import "slices"

// pack packs the job's columns of b in the part of the inner dimension from k0 on.
func (j *job) pack(k0 int) {
	j.k0, j.kc = k0, min(j.kMost, j.K-k0)
	for p := j.p0; p < j.p1; p++ {
		if !j.direct(p) {
			j.packB(j.t, j.panel(p), p*j.t.nr, j.k0, j.kc)
		}
	}
}

// direct tells whether panel p is read where it lies: few rows pass over it, as
// in attention over short sequences.
func (j *job) direct(p int) bool {
	return !j.TB && j.fewRows() && j.K <= directK && (p+1)*j.t.nr <= j.N
}

// fewRows tells whether packing a panel for the job's rows takes longer than it saves.
func (j *job) fewRows() bool { return j.t1-j.t0 <= uses }

// panel returns where the columns of panel p are packed.
func (j *job) panel(p int) []float32 {
	size := j.t.nr * j.kMost
	return j.pb[(p-j.p0)*size:][:j.t.nr*j.kc]
}

// inPlace tells whether tiles of a are read where they lie.
func (j *job) inPlace() bool {
	return j.inRows || j.p1-j.p0 <= uses && j.K <= directK && j.LDA%512 != 0
}

// fullest returns how many lines of so many rows of n floats, ld apart, lie in the fullest
// of the 64 sets that a first cache has.
func fullest(rows, n, ld int) int {
	var lines [64]int
	for r := range rows {
		for at := range (4*n + cacheLine - 1) / cacheLine {
			lines[(4*r*ld/cacheLine+at)%len(lines)]++
		}
	}
	return slices.Max(lines[:])
}

// rows copies the rows of tile r together, so that they stay in the nearest
// cache whatever their stride, and returns where they are. For few panels they
// stay where they lie, unless their cache lines would compete.
func (j *job) rows(r int) (a *float32, lda int) {
	if j.inPlace() {
		i := j.firstRow(r)
		if j.TA {
			return &j.A[j.k0*j.LDA+i], j.LDA
		}
		return &j.A[i*j.LDA+j.k0], j.LDA
	}
	if !j.TA {
		stride := j.stride()
		pa := j.pa[(r-j.g0)*j.t.mr*stride:]
		for y, i := 0, j.firstRow(r); i < j.firstRow(r+1); y, i = y+1, i+1 {
			copy(pa[y*stride:], j.A[i*j.LDA+j.k0:][:j.kc])
		}
		return &pa[0], stride
	}
	size := j.t.step * j.kMost
	if r == j.g0 {
		from, tiles := j.packTiles(size)
		for q := r; q < j.g1; q++ {
			if q == r+tiles {
				from = 0
			}
			j.packA(j.t, j.pa[(q-r)*size:][:j.t.step*j.kc], j.firstRow(q), j.firstRow(q+1)-j.firstRow(q), from)
		}
	}
	return &j.pa[(r-j.g0)*size], j.t.step
}

// packTiles copies as much of the tiles at hand as it can four at a time, and returns
// how many rows of a that is of how many tiles. Of rows that are a few at a time, the
// lines that two fours share are still near.
func (j *job) packTiles(size int) (rows, tiles int) {
	const most = 32
	t, first := j.t, j.firstRow(j.g0)
	if n := j.g1 - j.g0; t.copyTiles != nil {
		tiles = n / 4 * 4
	}
	if tiles == 0 {
		return 0, 0
	}
	for q := range tiles {
		j.at[q/4][q%4] = j.firstRow(j.g0+q) - first
	}
	rows = j.readable(j.firstRow(j.g0 + tiles - 1))
	for from := 0; from < rows; from += most {
		for q := 0; q < tiles; q += 4 {
			t.copyTiles(&j.pa[q*size+from*t.step], size, &j.A[(j.k0+from)*j.LDA+first], j.LDA, min(most, rows-from), &j.at[q/4])
		}
	}
	return rows, tiles
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
			if next := j + q + 8; t.prefetch != nil && next+8 <= g.N {
				t.prefetch(&g.B[next*g.LDB+k0], g.LDB, 8, 4*kc)
			}
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
