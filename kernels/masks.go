package kernels

import "math"

// MaskFuture sets the scores of keys behind each query's own position to -Inf: s
// is [nq, nk], and the queries are the last nq of nk positions.
func MaskFuture(s []float32, nq, nk int) {
	for r := range nq {
		row := s[r*nk : (r+1)*nk]
		for c := r + nk - nq + 1; c < nk; c++ {
			row[c] = float32(math.Inf(-1))
		}
	}
}

// Segments are the token types of the queries and keys of one sequence, for
// Funnel's attention: two tokens are of the same segment if their types are equal
// or one is ClsType.
type Segments struct {
	Queries, Keys []int32
	// SeparateCls gives the first query and the first key no positional and no
	// segment scores.
	SeparateCls bool
}

// ClsType is the token type of [CLS], which is of both segments.
const ClsType = 2

func (g *Segments) same(query, key int32) bool {
	return key == query || key == ClsType || query == ClsType
}

// from returns the first key with positional and segment scores for query i: all
// have, none, or all but the first.
func (g *Segments) from(i int) int {
	switch {
	case !g.SeparateCls:
		return 0
	case i == 0:
		return len(g.Keys)
	}
	return 1
}

// Add adds to the scores s, [nq, nk], those of positions, laid out alike, and of
// segments, [nq, 2]: another one's, and the same one's. Scores of the keys from
// real on, which are padding, are lowered by a million.
func (g *Segments) Add(s, positions, segments []float32, real int) {
	nk := len(g.Keys)
	for i, own := range g.Queries {
		row, by := s[i*nk:(i+1)*nk], positions[i*nk:(i+1)*nk]
		other, same := segments[2*i], segments[2*i+1]
		for c := g.from(i); c < nk; c++ {
			if g.same(own, g.Keys[c]) {
				row[c] += by[c] + same
			} else {
				row[c] += by[c] + other
			}
		}
		for c := real; c < nk; c++ {
			row[c] -= 1e6
		}
	}
}

// Grad writes to positions and segments the gradients of Add's, from that of the
// scores.
func (g *Segments) Grad(positions, segments, ds []float32) {
	nk := len(g.Keys)
	clear(positions)
	clear(segments)
	for i, own := range g.Queries {
		row, c0 := ds[i*nk:(i+1)*nk], g.from(i)
		copy(positions[i*nk+c0:], row[c0:])
		for c := c0; c < nk; c++ {
			if g.same(own, g.Keys[c]) {
				segments[2*i+1] += row[c]
			} else {
				segments[2*i] += row[c]
			}
		}
	}
}

// ShiftRows writes to row i of s, [nq, nk], the nk scores of distances, [nq, n],
// from column shift·(nq-1-i) on: those of that query's keys.
func ShiftRows(s, distances []float32, nq, nk, n, shift int) {
	for i := range nq {
		copy(s[i*nk:(i+1)*nk], distances[i*n+shift*(nq-1-i):])
	}
}

// ShiftRowsGrad is the way back: distances are zero where no key is.
func ShiftRowsGrad(distances, ds []float32, nq, nk, n, shift int) {
	clear(distances)
	for i := range nq {
		copy(distances[i*n+shift*(nq-1-i):], ds[i*nk:(i+1)*nk])
	}
}

// Turn multiplies each row of x (a | b), width w, by the sines s and cosines c of
// its position, row at[i] of table (s | c): (a·s + b·c | b·s - a·c); back: by the
// transpose.
func Turn(x, table []float32, at []int32, w int, back bool) {
	half := w / 2
	for i, p := range at {
		s, c := table[int(p)*w:int(p)*w+half], table[int(p)*w+half:int(p+1)*w]
		a, b := x[i*w:i*w+half], x[i*w+half:(i+1)*w]
		for e, u := range a {
			v := b[e]
			if back {
				a[e], b[e] = u*s[e]-v*c[e], u*c[e]+v*s[e]
			} else {
				a[e], b[e] = u*s[e]+v*c[e], v*s[e]-u*c[e]
			}
		}
	}
}

// ScaledSum writes to dst, [rows, d], each row of x, with row stride ld, times s,
// plus bias, [d], times s.
func ScaledSum(dst, x []float32, rows, d, ld int, bias []float32, s float32) {
	for i := range rows {
		row := x[i*ld:]
		for e, v := range bias[:d] {
			dst[i*d+e] = row[e]*s + v*s
		}
	}
}

// ScaledSumGrad adds to x, with row stride ld, or with first writes to it, the
// gradient dst, [rows, d], times s, and adds that to bias, [d], too.
func ScaledSumGrad(x, bias, dst []float32, rows, d, ld int, s float32, first bool) {
	for i := range rows {
		row := x[i*ld:][:d]
		if first {
			clear(row)
		}
		for e, v := range dst[i*d : (i+1)*d] {
			row[e] += v * s
			bias[e] += v * s
		}
	}
}
