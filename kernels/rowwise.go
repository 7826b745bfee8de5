package kernels

import "github.com/lmkor/bench/kernels/parallel"

// eachRows calls f on chunks of rows on the pool.
func eachRows(pool *parallel.Pool, rows, cols int, f func(lo, hi int)) {
	pool.Chunks(rows, max(1, elementsAJob/2/max(1, cols)), f)
}

// SoftmaxSeq replaces each row of x, [rows, cols] with row stride ld, by its softmax, on the
// calling goroutine. A row whose entries are all -Inf becomes NaN.
func SoftmaxSeq(x []float32, rows, cols, ld int) {
	with := spareLanes.Get().(*lanes)
	defer spareLanes.Put(with)
	if ld == cols && cols < 8*mostLanes {
		softmaxBlock(x[:rows*cols], cols, with)
		return
	}
	for r := range rows {
		softmaxRow(x[r*ld:r*ld+cols], with)
	}
}

// SoftmaxGradSeq writes to dy, in place, the gradient of Softmax's input from
// its output y and that output's gradient dy: dx = y * (dy - sum(y*dy)), row by
// row, both [rows, cols] with row stride ld.
func SoftmaxGradSeq(dy, y []float32, rows, cols, ld int) {
	with := spareLanes.Get().(*lanes)
	defer spareLanes.Put(with)
	for r := range rows {
		softmaxGradRow(dy[r*ld:r*ld+cols], y[r*ld:r*ld+cols], with)
	}
}

// LayerNorm normalises each row of x, [rows, cols], to mean 0 and variance 1,
// scales by w and shifts by b: y = (x - mean) * rstd * w + b, with
// rstd = 1/sqrt(var + eps), var the biased variance. mean and rstd, [rows],
// are kept for LayerNormGrad. y may be x.
func LayerNorm(pool *parallel.Pool, y, mean, rstd, x, w, b []float32, rows, cols int, eps float32) {
	eachRows(pool, rows, cols, func(lo, hi int) {
		with := spareLanes.Get().(*lanes)
		defer spareLanes.Put(with)
		for r := lo; r < hi; r++ {
			mean[r], rstd[r] = normRow(y[r*cols:(r+1)*cols], x[r*cols:(r+1)*cols], w[:cols], b[:cols], eps, with)
		}
	})
}

// AddNorm is the end of a post-norm block: sum becomes residual plus d applied
// to x, and y LayerNorm of sum, row by row while it is near.
func AddNorm(pool *parallel.Pool, d Dropper, y, sum, mean, rstd, x, residual, w, b []float32, rows, cols int, eps float32) {
	eachRows(pool, rows, cols, func(lo, hi int) {
		with := spareLanes.Get().(*lanes)
		defer spareLanes.Put(with)
		for r := lo; r < hi; r++ {
			at, end := r*cols, (r+1)*cols
			d.Apply(sum[at:end], x[at:end], at)
			addTo(sum[at:end], residual[at:end])
			mean[r], rstd[r] = normRow(y[at:end], sum[at:end], w[:cols], b[:cols], eps, with)
		}
	})
}

// AddNormGrad writes to dr the gradient of AddNorm's residual, which is that of
// its sum, and to dx that of x, and adds to dw and db those of its weight and
// bias. dr may be dy.
func AddNormGrad(pool *parallel.Pool, d Dropper, dx, dr, dw, db, dy, sum, mean, rstd, w []float32, rows, cols int) {
	layerNormGrad(pool, dr, dw, db, dy, sum, mean, rstd, w, rows, cols, func(at, end int) { d.Apply(dx[at:end], dr[at:end], at) })
}

// SumNormGrad is AddNormGrad where the sum is read by others than the norm, too: dr holds
// the gradient from there, and is added to. It may be neither dx nor dy.
func SumNormGrad(pool *parallel.Pool, d Dropper, dx, dr, dw, db, dy, sum, mean, rstd, w []float32, rows, cols int) {
	layerNormGrad(pool, dx, dw, db, dy, sum, mean, rstd, w, rows, cols, func(at, end int) {
		addTo(dr[at:end], dx[at:end])
		d.Apply(dx[at:end], dr[at:end], at)
	})
}

// LayerNormGrad writes to dx the gradient of LayerNorm's input x and adds to dw
// and db those of its weight and bias. dx may be dy.
func LayerNormGrad(pool *parallel.Pool, dx, dw, db, dy, x, mean, rstd, w []float32, rows, cols int) {
	layerNormGrad(pool, dx, dw, db, dy, x, mean, rstd, w, rows, cols, nil)
}

// layerNormGrad calls then, if there is one, on each finished row of dx.
func layerNormGrad(pool *parallel.Pool, dx, dw, db, dy, x, mean, rstd, w []float32, rows, cols int, then func(at, end int)) {
	sumRows(pool, rows, 2*cols, func(lo, hi int, sum []float32) {
		with := spareLanes.Get().(*lanes)
		defer spareLanes.Put(with)
		for r := lo; r < hi; r++ {
			at, end := r*cols, (r+1)*cols
			normParamsRow(sum[:cols], sum[cols:], dy[at:end], x[at:end], mean[r], rstd[r], with)
			normGradRow(dx[at:end], dy[at:end], x[at:end], w[:cols], mean[r], rstd[r], with)
			if then != nil {
				then(at, end)
			}
		}
	}, dw[:cols], db[:cols])
}

// rowsASum is how many rows go into one sum: fixed, for it decides the order.
const rowsASum = 16

// sumRows calls f on chunks of rows on the pool, each with a sum of its own,
// zero at first, and adds the chunks' sums, in order, to the vectors in, of
// width numbers together. Rows go to whoever had them before: by columns, each
// thread would need all rows of all the others.
func sumRows(pool *parallel.Pool, rows, width int, f func(lo, hi int, sum []float32), in ...[]float32) {
	chunks := (rows + rowsASum - 1) / rowsASum
	sums := borrow(chunks*width, 0)
	defer release(sums, 0)
	pool.For(chunks, func(i int) {
		sum := sums[i*width : (i+1)*width]
		clear(sum)
		f(i*rowsASum, min(rows, (i+1)*rowsASum), sum)
	})
	for i := range chunks {
		sum := sums[i*width : (i+1)*width]
		for _, v := range in {
			addTo(v, sum[:len(v)])
			sum = sum[len(v):]
		}
	}
}

// SlopeBiasGrad multiplies dy, [rows, cols] with row stride ld, by slope, laid
// out alike, if that is not nil, and adds the sum of its rows, in chunks, to db,
// [cols], if that is not nil.
func SlopeBiasGrad(pool *parallel.Pool, db, dy, slope []float32, rows, cols, ld int) {
	var in [][]float32
	if db != nil {
		in = append(in, db[:cols])
	}
	sumRows(pool, rows, cols, func(lo, hi int, sum []float32) {
		for r := lo; r < hi; r++ {
			d := dy[r*ld : r*ld+cols]
			if slope == nil {
				addTo(sum, d)
			} else {
				mulAddTo(d, sum, slope[r*ld:r*ld+cols])
			}
		}
	}, in...)
}

// BiasGrad adds to db, [cols], the sum of the rows of dy, [rows, cols] with row
// stride ld, in chunks.
func BiasGrad(pool *parallel.Pool, db, dy []float32, rows, cols, ld int) {
	SlopeBiasGrad(pool, db, dy, nil, rows, cols, ld)
}
