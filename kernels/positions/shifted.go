// Package positions are the scores that attention adds for where tokens stand to
// each other, in plain Go: Funnel's sinusoids, shifts, turns and segments, and the
// tables of distances of DeBERTa and BERT. All are on the calling goroutine.
package positions

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
