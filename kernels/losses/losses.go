// Package losses are the means that a training lowers, with their gradients, in
// plain Go: there is one a batch.
package losses

import (
	"math"

	"github.com/lmkor/bench/kernels/parallel"
)

// Ignore is the label of a row that a loss leaves out, as PyTorch's ignore_index.
const Ignore = -100

// rowsAJob is how many rows one thread takes at a time.
const rowsAJob = 16

// labelled returns how many of labels are not Ignore.
func labelled(labels []int32) (n int) {
	for _, l := range labels {
		if l != Ignore {
			n++
		}
	}
	return n
}

// CrossEntropy returns the mean over the labelled rows of x, [rows, cols], of
// -log softmax(x)[label], NaN if there is none, and writes to dx, if it is not
// nil, the gradient (softmax(x) - onehot)/n. Sums are in float64, over rows in
// order.
func CrossEntropy(pool *parallel.Pool, dx, x []float32, labels []int32, cols int) float32 {
	n := labelled(labels)
	terms := make([]float64, len(labels))
	pool.Chunks(len(labels), rowsAJob, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			var d []float32
			if dx != nil {
				d = dx[r*cols : (r+1)*cols]
			}
			if labels[r] == Ignore {
				clear(d)
				continue
			}
			terms[r] = crossEntropyRow(d, x[r*cols:(r+1)*cols], int(labels[r]), n)
		}
	})
	var total float64
	for r, l := range labels {
		if l != Ignore {
			total += terms[r]
		}
	}
	return float32(total / float64(n))
}

// crossEntropyRow is one row's term, and its gradient in d if that is not nil.
func crossEntropyRow(d, row []float32, label, n int) float64 {
	top := float32(math.Inf(-1))
	for _, v := range row {
		top = max(top, v)
	}
	var sum float64
	for i, v := range row {
		e := math.Exp(float64(v - top))
		if d != nil {
			d[i] = float32(e)
		}
		sum += e
	}
	if d != nil {
		inv := float32(1 / (sum * float64(n)))
		for i := range d {
			d[i] *= inv
		}
		d[label] -= 1 / float32(n)
	}
	return math.Log(sum) - float64(row[label]-top)
}

// BinaryCrossEntropy returns the mean over the labelled entries of x of -log σ(x)
// for label 1 and -log(1-σ(x)) for label 0, NaN if there is none, and writes to
// dx, if it is not nil, the gradient (σ(x) - label)/n.
func BinaryCrossEntropy(dx, x []float32, labels []int32) float32 {
	n := float64(labelled(labels))
	var total float64
	for r, l := range labels {
		var d float32
		if l != Ignore {
			v := float64(x[r])
			total += max(v, 0) - v*float64(l) + math.Log1p(math.Exp(-math.Abs(v)))
			d = float32((1/(1+math.Exp(-v)) - float64(l)) / n)
		}
		if dx != nil {
			dx[r] = d
		}
	}
	return float32(total / n)
}

// MSE returns the mean of the squared differences of x and gold, and writes to dx,
// if it is not nil, the gradient 2(x - gold)/n.
func MSE(dx, x, gold []float32) float32 {
	n := float64(len(gold))
	var total float64
	for i, g := range gold {
		e := x[i] - g
		total += float64(e) * float64(e)
		if dx != nil {
			dx[i] = float32(2 * float64(e) / n)
		}
	}
	return float32(total / n)
}
