package kernels

// operand is the right side of a small product, [k, n], packed panel by panel so
// that rows of any stride come from the near caches. The last panel is half as
// wide where that is enough and the kernels have it.
type operand struct {
	t    *tile
	k, n int
	x    []float32 // what it is packed in: see operandFloats
	ld   int       // of rows that lie where they lay, 0 of packed ones
}

// fewRowsDirect is how many rows of an operand are not packed. They are used a few
// times alone, and so few stay in the first cache whatever their stride.
const fewRowsDirect = 24

// rows makes the k rows of src, ld apart, n wide, the operand.
func (o *operand) rows(src []float32, ld int) {
	if o.k <= fewRowsDirect && o.t.padded(o.n) == o.n {
		o.x, o.ld = src, ld
		return
	}
	o.packRows(src, ld)
}

// width returns how wide panel p of n columns is.
func (t *tile) width(n, p int) int {
	if t.half != nil && n-p*t.nr <= t.nr/2 {
		return t.nr / 2
	}
	return t.nr
}

// padded returns how wide the panels of n columns are together.
func (t *tile) padded(n int) int {
	whole := n / t.nr
	if whole*t.nr == n {
		return n
	}
	return whole*t.nr + t.width(n, whole)
}

// operandFloats is the room that an operand needs.
func (t *tile) operandFloats(k, n int) int { return t.padded(n) * k }

// packRows packs the k rows of src, ld apart, n wide.
func (o *operand) packRows(src []float32, ld int) {
	t := o.t
	for p := 0; p*t.nr < o.n; p++ {
		w := t.width(o.n, p)
		dst, have := o.x[p*t.nr*o.k:], min(w, o.n-p*t.nr)
		if from := src[p*t.nr:]; have < w || t.copy[1] == nil || (w < t.nr && w != t.step) {
			for i := range o.k {
				copy(dst[i*w:i*w+have], from[i*ld:])
			}
		} else if w == t.nr {
			t.copy[1](&dst[0], w, &from[0], ld, o.k)
		} else {
			t.copy[0](&dst[0], w, &from[0], ld, o.k)
		}
	}
}

// packColumns packs the n rows of src, ld apart, k wide, as columns. What lies
// behind the last column is of any value.
func (o *operand) packColumns(src []float32, ld int) {
	t := o.t
	for p := 0; p*t.nr < o.n; p++ {
		w := t.width(o.n, p)
		dst := o.x[p*t.nr*o.k:]
		for q := 0; q < w && p*t.nr+q < o.n; q += 8 {
			from := src[(p*t.nr+q)*ld:]
			if t.transpose != nil && o.k%8 == 0 && 7*ld+o.k <= len(from) {
				t.transpose(&dst[q], w, &from[0], ld, o.k)
				continue
			}
			for y := range min(8, w-q, o.n-p*t.nr-q) {
				for i, v := range from[y*ld:][:o.k] {
					dst[i*w+q+y] = v
				}
			}
		}
	}
}

// multiply writes a·o to c, [m, n] with row stride ldc, or adds it. a has its rows
// lda apart, or with columns its columns, of which there are k. Rows of c that are
// wide have room for whole panels; of others the last panel goes through edge, a
// tile. Sums go as those of Gemms do.
func (o *operand) multiply(m int, a []float32, lda int, columns bool, c []float32, ldc int, acc, wide bool, edge []float32) {
	t, most := o.t, o.t.chunk(o.k)
	ai, ap := lda, 1
	if columns {
		ai, ap = 1, lda
	}
	tiles := (m + t.mr - 1) / t.mr
	for k0 := 0; k0 < o.k; k0 += most {
		kc := min(most, o.k-k0)
		more := acc || k0 > 0
		for r := range tiles {
			i := r * m / tiles
			rows := (r+1)*m/tiles - i
			at := &a[i*ai+k0*ap]
			for p := 0; p*t.nr < o.n; p++ {
				w, run := t.nr, t.run
				if t.half != nil && o.n-p*t.nr <= t.nr/2 {
					w, run = t.nr/2, t.half
				}
				b, bs := p*t.nr*o.k+k0*w, w
				if o.ld > 0 {
					b, bs = k0*o.ld+p*t.nr, o.ld
				}
				if cols := o.n - p*t.nr; cols < w && !wide {
					run(rows, kc, at, lda, columns, &o.x[b], bs, &edge[0], w, false)
					addTile(c[i*ldc+p*t.nr:], ldc, edge, w, rows, cols, more)
					continue
				}
				run(rows, kc, at, lda, columns, &o.x[b], bs, &c[i*ldc+p*t.nr], ldc, more)
			}
		}
	}
}

// addTile adds or copies the first rows and columns of a tile, w wide, to c.
func addTile(c []float32, ldc int, tile []float32, w, rows, cols int, acc bool) {
	for y := range rows {
		dst, src := c[y*ldc:][:cols], tile[y*w:][:cols]
		if !acc {
			copy(dst, src)
			continue
		}
		for x, v := range src {
			dst[x] += v
		}
	}
}
