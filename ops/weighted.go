package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
)

// WeightedCrossEntropy is CrossEntropy as PyTorch's CrossEntropyLoss has it with
// class weights w, [C] or nil for ones, and label smoothing s in [0, 1): see
// losses.WeightedCrossEntropy. x is [R, C], labels has R entries in [0, C) or
// Ignore. The result is [1, 1], NaN if the labelled rows weigh nothing. It panics
// if a label is outside, or the weights are not C.
func WeightedCrossEntropy(p *Pass, x mat.Tensor, labels []int32, w []float32, s float64) mat.Tensor {
	t := Of(x)
	checkLabels("weighted cross entropy", labels, t.rows, t.cols)
	if w != nil && len(w) != t.cols {
		panic(fmt.Sprintf("ops: weighted cross entropy: %d weights for %d classes", len(w), t.cols))
	}
	weights := make([]float64, t.cols)
	for c := range weights {
		if weights[c] = 1; w != nil {
			weights[c] = float64(w[c])
		}
	}
	return p.run(&loss{base: base{p: p, ins: []mat.Tensor{x}}, gold: len(labels), call: func(l, dx device.Buffer) device.Call {
		return &device.WeightedCrossEntropy{Loss: l, DX: dx, X: t.buf, Labels: labels, Weights: weights, Smoothing: s}
	}})
}
