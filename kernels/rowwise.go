package kernels

import "math"

// eachRows calls f on chunks of rows on the pool.
func eachRows(rows, cols int, f func(lo, hi int)) {
	chunk := max(1, elementsAJob/2/max(1, cols))
	Parallel((rows+chunk-1)/chunk, func(i int) {
		f(i*chunk, min(rows, (i+1)*chunk))
	})
}

// SoftmaxSeq replaces each row of x, [rows, cols] with row stride ld, by its softmax, on the
// calling goroutine. A row whose entries are all -Inf becomes NaN.
func SoftmaxSeq(x []float32, rows, cols, ld int) {
	for r := range rows {
		row := x[r*ld : r*ld+cols]
		top := float32(math.Inf(-1))
		for _, v := range row {
			top = max(top, v)
		}
		expLess(row, top)
		var sum float32
		for _, e := range row {
			sum += e
		}
		inv := 1 / sum
		for i := range row {
			row[i] *= inv
		}
	}
}

// SoftmaxGradSeq writes to dy, in place, the gradient of Softmax's input from
// its output y and that output's gradient dy: dx = y * (dy - sum(y*dy)), row by
// row, both [rows, cols] with row stride ld.
func SoftmaxGradSeq(dy, y []float32, rows, cols, ld int) {
	for r := range rows {
		yr, dr := y[r*ld:r*ld+cols], dy[r*ld:r*ld+cols]
		var s float32
		for i, v := range yr {
			s += v * dr[i]
		}
		for i, v := range yr {
			dr[i] = v * (dr[i] - s)
		}
	}
}

// LayerNorm normalises each row of x, [rows, cols], to mean 0 and variance 1,
// scales by w and shifts by b: y = (x - mean) * rstd * w + b, with
// rstd = 1/sqrt(var + eps), var the biased variance. mean and rstd, [rows],
// are kept for LayerNormGrad. y may be x.
func LayerNorm(y, mean, rstd, x, w, b []float32, rows, cols int, eps float32) {
	eachRows(rows, cols, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			xr, yr := x[r*cols:(r+1)*cols], y[r*cols:(r+1)*cols]
			var s float32
			for _, v := range xr {
				s += v
			}
			mu := s / float32(cols)
			var q float32
			for _, v := range xr {
				q += (v - mu) * (v - mu)
			}
			rs := float32(1 / math.Sqrt(float64(q/float32(cols)+eps)))
			for i, v := range xr {
				yr[i] = (v-mu)*rs*w[i] + b[i]
			}
			mean[r], rstd[r] = mu, rs
		}
	})
}

// LayerNormGrad writes to dx the gradient of LayerNorm's input x and adds to dw
// and db those of its weight and bias. dx may be dy.
func LayerNormGrad(dx, dw, db, dy, x, mean, rstd, w []float32, rows, cols int) {
	// The sums over rows come first: dx may overwrite dy.
	const chunk = 64
	Parallel((cols+chunk-1)/chunk, func(c int) {
		lo, hi := c*chunk, min(cols, (c+1)*chunk)
		for r := range rows {
			mu, rs := mean[r], rstd[r]
			for i := lo; i < hi; i++ {
				d := dy[r*cols+i]
				dw[i] += d * (x[r*cols+i] - mu) * rs
				db[i] += d
			}
		}
	})
	eachRows(rows, cols, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			xr, gr, or := x[r*cols:(r+1)*cols], dy[r*cols:(r+1)*cols], dx[r*cols:(r+1)*cols]
			mu, rs := mean[r], rstd[r]
			var s1, s2 float32
			for i, d := range gr {
				g := d * w[i]
				s1 += g
				s2 += g * (xr[i] - mu) * rs
			}
			s1 /= float32(cols)
			s2 /= float32(cols)
			for i, d := range gr {
				or[i] = rs * (d*w[i] - s1 - (xr[i]-mu)*rs*s2)
			}
		}
	})
}

// AddBias adds b, [cols], to each row of x, [rows, cols] with row stride ld.
func AddBias(x, b []float32, rows, cols, ld int) {
	eachRows(rows, cols, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			addTo(x[r*ld:r*ld+cols], b[:cols])
		}
	})
}

// BiasGrad adds to db, [cols], the sum of the rows of dy, [rows, cols] with row
// stride ld, in row order.
func BiasGrad(db, dy []float32, rows, cols, ld int) {
	const chunk = 64
	Parallel((cols+chunk-1)/chunk, func(c int) {
		lo, hi := c*chunk, min(cols, (c+1)*chunk)
		for r := range rows {
			addTo(db[lo:hi], dy[r*ld+lo:r*ld+hi])
		}
	})
}
