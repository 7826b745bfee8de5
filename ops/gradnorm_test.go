package ops

import (
	"math"
	"slices"
	"testing"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels/parallel"
)

// TestOnePassOverParameters holds an update of many parameters, dense and
// sparse, large and small, to updates one by one, and the norm to a plain sum, on
// any number of threads.
func TestOnePassOverParameters(t *testing.T) {
	build := func() []*nn.Param {
		params := []*nn.Param{randomParam(1, 7, 1), randomParam(130, 300, 2), randomParam(5000, 33, 3),
			randomParam(16, 1024, 4), randomParam(3, 3, 5)}
		LayOutGradients(params)
		SetGradient(params[0], numbers(7, 6), nil)
		SetGradient(params[1], numbers(130*300, 7), nil)
		values, rows := make([]float32, 5000*33), every(7, 700)
		for i, v := range numbers(700*33, 8) {
			values[int(rows[i/33])*33+i%33] = v
		}
		SetGradient(params[2], values, rows)
		SetGradient(params[3], numbers(16*1024, 9), nil)
		return params // the last has no gradient
	}
	rule := func(on Backend) *AdamW {
		return &AdamW{Backend: on, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, LR: 0.01, Step: 1, Scale: 0.5,
			Decay: func(p *nn.Param) float64 { return float64(Of(p).rows%2) / 10 }}
	}
	want := build()
	var sum float64
	for _, p := range want {
		for _, v := range GradientOf(p).Values {
			sum += float64(v) * float64(v)
		}
		if err := rule(NewCPU()).OptimizeParams(p); err != nil {
			t.Fatal(err)
		}
	}
	var norms []float64
	for _, threads := range []int{1, 2, 3, 8, 64} {
		got := build()
		norm := GradNorm{Backend: device.NewCPU(parallel.New(threads))}
		norms = append(norms, norm.Of(got), norm.Of(got))
		if err := rule(norm.Backend).OptimizeAll(got); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if !slices.Equal(Of(got[i]).Floats(), Of(want[i]).Floats()) {
				t.Errorf("%d threads: parameter %d differs", threads, i)
			}
		}
	}
	for _, n := range norms {
		if n != norms[0] || !(golden.Tolerance{Rel: 1e-6}).Near(n, math.Sqrt(sum)) {
			t.Errorf("norms %v, want %v", norms, math.Sqrt(sum))
		}
	}
}
