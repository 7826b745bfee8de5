package vulkan

import (
	"math"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels/losses"
)

// The CPU sums up in float64. Here a row's exponentials are within 2 ulp and their
// sum rounds once a level, some ten times: 1e-6 of a term, which is a few units.
var lossTolerance = golden.Tolerance{Abs: 3e-6, Rel: 3e-6}

// logits are random numbers of a few units, some far apart.
func (h *harness) logits(n int) device.Buffer {
	x := h.random(n)
	for i := range x.Floats() {
		x.Floats()[i] *= 6
	}
	if n > 20 {
		x.Floats()[7], x.Floats()[11] = 95, -120
	}
	return x
}

func TestCrossEntropy(t *testing.T) {
	for _, c := range fewest([]struct{ rows, cols int }{{7, 3}, {1, 2}, {5, 130}, {4, 1500}, {300, 5}}) {
		h := newHarness(t)
		labels := h.ids(c.rows, c.cols)
		for i := 1; i < c.rows; i += 3 {
			labels[i] = losses.Ignore
		}
		weights := make([]float64, c.cols)
		for i := range weights {
			weights[i] = 0.5 + h.rng.Float64()
		}
		x := h.logits(c.rows * c.cols)
		dx := func() device.Buffer { return h.undefined(c.rows * c.cols) }
		h.same(lossTolerance, &device.CrossEntropy{Loss: h.undefined(1), DX: dx(), X: x, Labels: labels, Cols: c.cols},
			&device.CrossEntropy{Loss: h.undefined(1), X: x, Labels: labels, Cols: c.cols},
			&device.WeightedCrossEntropy{Loss: h.undefined(1), DX: dx(), X: x, Labels: labels, Weights: weights, Smoothing: 0.1},
			&device.WeightedCrossEntropy{Loss: h.undefined(1), X: x, Labels: labels, Weights: weights})
	}
}

// Without a labelled row a loss is NaN, as on the CPU.
func TestLossOfNothing(t *testing.T) {
	h := newHarness(t)
	none := []int32{losses.Ignore, losses.Ignore}
	h.same(golden.Exact, &device.CrossEntropy{Loss: h.random(1), DX: h.undefined(6), X: h.random(6), Labels: none, Cols: 3},
		&device.BinaryCrossEntropy{Loss: h.random(1), DX: h.undefined(2), X: h.random(2), Labels: none},
		&device.WeightedCrossEntropy{Loss: h.random(1), X: h.random(4), Labels: none, Weights: []float64{1, 2}})
}

// A NaN among the logits is one in the loss.
func TestLossOfNaN(t *testing.T) {
	h := newHarness(t)
	x, y := h.random(6), h.random(3)
	x.Floats()[4], y.Floats()[1] = float32(math.NaN()), float32(math.NaN())
	h.same(lossTolerance, &device.CrossEntropy{Loss: h.random(1), X: x, Labels: []int32{0, 1}, Cols: 3},
		&device.BinaryCrossEntropy{Loss: h.random(1), X: y, Labels: []int32{1, 0, 1}},
		&device.MSE{Loss: h.random(1), X: y, Gold: []float32{1, 0, 1}})
}

func TestElementLosses(t *testing.T) {
	for _, n := range fewest([]int{30, 1, 700}) {
		h := newHarness(t)
		x, labels, gold := h.logits(n), h.ids(n, 2), make([]float32, n)
		for i := range gold {
			gold[i] = 5 * h.rng.Float32()
		}
		if n > 1 {
			labels[1] = losses.Ignore
		}
		h.same(lossTolerance, &device.BinaryCrossEntropy{Loss: h.undefined(1), DX: h.undefined(n), X: x, Labels: labels},
			&device.BinaryCrossEntropy{Loss: h.undefined(1), X: x, Labels: labels},
			&device.MSE{Loss: h.undefined(1), DX: h.undefined(n), X: x, Gold: gold},
			&device.MSE{Loss: h.undefined(1), X: x, Gold: gold})
	}
}
