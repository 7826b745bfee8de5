package ops

import (
	"math"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/internal/golden"
)

// The losses are those of torch.nn.CrossEntropyLoss(weight=w, label_smoothing=s)
// 2.9.1 on the same logits.
func TestWeightedCrossEntropy(t *testing.T) {
	x := []float32{0.5, -1, 2, 1, 1, 1, -2, 0.25, 3, 0, 0.5, -0.5}
	labels := []int32{0, 2, Ignore, 1}
	w := []float32{1, 2.5, 0.5}
	for _, c := range []struct {
		name      string
		w         []float32
		smoothing float64
		want      float64
	}{
		{"plain", nil, 0, 1.1733977794647217},
		{"smoothing", nil, 0.1, 1.1900644302368164},
		{"weights", w, 0, 0.9978223403495789},
		{"both", w, 0.2, 1.099604606628418},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := NewParam(append([]float32{}, x...), 4, 3)
			pass := &Pass{Backend: NewCPU()}
			got := float64(Of(WeightedCrossEntropy(pass, p, labels, c.w, c.smoothing)).Floats()[0])
			if !golden.Within(2e-6).Near(got, c.want) {
				t.Errorf("loss %.7f, want %.7f", got, c.want)
			}
			checkGrad(t, []*nn.Param{p}, false, func(p2 *Pass) mat.Tensor {
				return WeightedCrossEntropy(p2, p, labels, c.w, c.smoothing)
			})
		})
	}
	pass := &Pass{Backend: NewCPU()}
	if v := Of(WeightedCrossEntropy(pass, NewParam(x, 4, 3), []int32{Ignore, Ignore, Ignore, Ignore}, nil,
		0)).Floats()[0]; !math.IsNaN(float64(v)) {
		t.Errorf("the loss of no labels is %v, want NaN", v)
	}
}
