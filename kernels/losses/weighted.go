package losses

import (
	"math"

	"github.com/lmkor/bench/kernels/parallel"
)

// WeightedCrossEntropy returns PyTorch's CrossEntropyLoss of x, [rows, len(w)],
// with class weights w and label smoothing s in [0, 1): with lp = log softmax(x),
//
//	sum over labelled rows of -(1-s)·w[y]·lp[y] - s/C·sum over c of w[c]·lp[c],
//	divided by the sum of w[y]
//
// NaN if the labelled rows weigh nothing. It writes the gradient to dx, if that
// is not nil. Sums are in float64, over rows in order.
func WeightedCrossEntropy(pool *parallel.Pool, dx, x []float32, labels []int32, w []float64, s float64) float32 {
	var all float64 // what the labelled rows weigh
	for _, l := range labels {
		if l != Ignore {
			all += w[l]
		}
	}
	terms, cols := make([]float64, len(labels)), len(w)
	pool.Chunks(len(labels), rowsAJob, func(lo, hi int) {
		targets := make([]float64, cols)
		for r := lo; r < hi; r++ {
			var d []float32
			if dx != nil {
				d = dx[r*cols : (r+1)*cols]
			}
			if labels[r] == Ignore {
				clear(d)
				continue
			}
			for c, v := range w {
				targets[c] = s / float64(cols) * v
			}
			targets[labels[r]] += (1 - s) * w[labels[r]]
			terms[r] = softTargetsRow(d, x[r*cols:(r+1)*cols], targets, all)
		}
	})
	var total float64
	for _, t := range terms {
		total += t
	}
	return float32(total / all)
}

// softTargetsRow returns -sum(targets·log softmax(row)), and writes its gradient
// over all to d if that is not nil.
func softTargetsRow(d, row []float32, targets []float64, all float64) (loss float64) {
	top := float32(math.Inf(-1))
	for _, v := range row {
		top = max(top, v)
	}
	var sum, whole float64
	for c, v := range row {
		sum += math.Exp(float64(v - top))
		whole += targets[c]
	}
	for c, v := range row {
		loss += targets[c] * (math.Log(sum) - float64(v-top))
		if d != nil {
			d[c] = float32((whole*math.Exp(float64(v-top))/sum - targets[c]) / all)
		}
	}
	return loss
}
