package kernels

// job is a part of a product: the tiles of rows [t0, t1), of all tiles, in the
// panels of columns [p0, p1). Tiles are of one height or of two that differ by
// one.
type job struct {
	Product        // a copy: what is pointed to goes to the collector
	t              *tile
	tiles          int
	t0, t1, p0, p1 int
	kMost          int
	inRows         bool                  // rows of a stay in the nearest cache where they lie
	k0, kc         int                   // the part of the inner dimension at hand
	pb             []float32             // the columns of b, a panel after the other
	pa             []float32             // a group of tiles of a as they lie, stride floats a row; of a transposed one as columns
	g0, g1         int                   // the tiles of rows at hand
	at             [mostGroup / 4][4]int // where their rows begin, from the first one's on
	edge           []float32             // a tile of c, where c is narrower
}

// firstRow is the first row of tile r.
func (j *job) firstRow(r int) int { return r * j.M / j.tiles }

// run computes the whole job in the given room.
func (j *job) run(r *room) {
	packed := (j.p1 - j.p0) * j.t.nr * j.kMost
	buf := r.of(packed + j.scratchFloats())
	j.pb = buf[:packed]
	j.useScratch(buf[packed:])
	for k0 := 0; k0 < j.K; k0 += j.kMost {
		j.pack(k0)
		j.allTiles()
	}
}

// runShared computes the job, in the end together with whoever joins it at o.
func (j *job) runShared(o *openJob) {
	j.pb = borrow((j.p1-j.p0)*j.t.nr*j.kMost, o.who)
	buf := borrow(j.scratchFloats(), o.who)
	j.useScratch(buf)
	last := (j.K - 1) / j.kMost * j.kMost
	for k0 := 0; k0 < last; k0 += j.kMost {
		j.pack(k0)
		j.allTiles()
	}
	j.pack(last)
	o.open(j) // the last to leave gives back what is packed
	release(buf, o.who)
}

// scratchFloats is the number of floats that a thread needs for itself.
func (j *job) scratchFloats() int { return j.tileRoom() + j.t.mr*j.t.nr }

// tileRoom is the number of floats for the rows at hand.
func (j *job) tileRoom() int {
	if j.TA {
		return j.t.group * j.t.step * j.kMost
	}
	return j.t.group * j.t.mr * j.stride()
}

// stride is how far the rows of a tile are apart: whole cache lines, and no
// power of two, whose lines would compete.
func (j *job) stride() int { return (j.kMost + 31) / 16 * 16 }

// useScratch gives the thread its room.
func (j *job) useScratch(buf []float32) {
	n := j.tileRoom()
	j.inRows = !j.TA && j.t.ways > 0 && fullest(j.t.mr, j.kMost, j.LDA) <= j.t.ways
	j.pa, j.edge = buf[:n], buf[n:]
}

// allTiles computes all of the job's rows.
func (j *job) allTiles() {
	for r := j.t0; r < j.t1; r += j.t.group {
		j.tileRange(r, min(j.t1, r+j.t.group))
	}
}

// tileRange computes the tiles of rows [from, to), at most t.group of them, in all the
// job's columns. They pass over a panel one after the other, so that it comes once
// for all of them: from the second cache, or where that is another's from the last.
func (j *job) tileRange(from, to int) {
	t := j.t
	j.g0, j.g1 = from, to
	var a [mostGroup]*float32
	var first [mostGroup + 1]int // rows: a division each
	lda := 0
	for r := from; r < to; r++ {
		a[r-from], lda = j.rows(r)
		first[r-from] = j.firstRow(r)
	}
	first[to-from] = j.firstRow(to)
	for p := j.p0; p < j.p1; p++ {
		b, bs := &j.panel(p)[0], t.nr
		if j.direct(p) {
			b, bs = &j.B[j.k0*j.LDB+p*t.nr], j.LDB
		}
		if t.prefetch != nil {
			j.prefetchRows(p)
			j.prefetchPanel(p)
		}
		for r := range to - from {
			j.multiply(first[r], first[r+1]-first[r], p, a[r], lda, b, bs)
		}
	}
	if j.k0+j.kc < j.K {
		return
	}
	for r := from; r < to; r++ {
		j.finish(r)
	}
}

// multiply computes the tile of have rows from row i on, which are a, in panel p,
// which is b.
func (j *job) multiply(i, have, p int, a *float32, lda int, b *float32, bs int) {
	t, acc := j.t, j.Acc || j.k0 > 0
	if cols := j.N - p*t.nr; cols < t.nr {
		t.run(have, j.kc, a, lda, j.TA, b, bs, &j.edge[0], t.nr, false)
		j.addEdge(i, have, p*t.nr, cols, acc)
		return
	}
	t.run(have, j.kc, a, lda, j.TA, b, bs, &j.C[i*j.LDC+p*t.nr], j.LDC, acc)
}

// finish does what the sums of the tile of rows r are followed by.
func (j *job) finish(r int) {
	i, first := j.firstRow(r), j.p0*j.t.nr
	have := j.firstRow(r+1) - i
	if j.squares != nil {
		j.square(r, i, have)
	}
	j.Then.run(&j.Product, i, have, first, min(j.N, j.p1*j.t.nr)-first)
}

// prefetchRows asks for a share of the rows of a that come next, while those at hand
// are multiplied by panel p. Columns of a transposed one are asked for as they are
// copied: a tile of them may fill its few sets of the second cache.
func (j *job) prefetchRows(p int) {
	if j.TA || j.g1 >= j.t1 {
		return
	}
	n, next := j.p1-j.p0, j.firstRow(j.g1)
	rows := j.firstRow(min(j.t1, j.g1+j.t.group)) - next
	from, to := (p-j.p0)*rows/n, (p-j.p0+1)*rows/n
	if from < to {
		j.t.prefetch(&j.A[(next+from)*j.LDA+j.k0], j.LDA, to-from, 4*j.kc)
	}
}

// prefetchPanel asks for a share of what panel p will be in the next part of the
// inner dimension, while the rows at hand are multiplied by the present one. So it
// comes from the last cache when it is packed: a layer's weights lie in memory. Rows of
// a transposed b are asked for as they are packed; activations are near.
func (j *job) prefetchPanel(p int) {
	k, all := j.k0+j.kc, j.t1-j.t0
	if k >= j.K || j.TA || j.TB {
		return
	}
	kc := min(j.kMost, j.K-k)
	from, to := (j.g0-j.t0)*kc/all, (j.g1-j.t0)*kc/all
	if from < to {
		j.t.prefetch(&j.B[(k+from)*j.LDB+p*j.t.nr], j.LDB, to-from, 4*min(j.t.nr, j.N-p*j.t.nr))
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
