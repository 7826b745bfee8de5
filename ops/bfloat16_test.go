package ops

import (
	"math"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// TestBfloat16Grad holds the gradients of layers that multiply in bfloat16 to
// those in float32: each operand is rounded to 8 bits, 0.4 % at most, and the
// errors of a sum are mostly independent.
func TestBfloat16Grad(t *testing.T) {
	x, w, v := randomParam(21, 40, 1), randomParam(37, 40, 2), randomParam(37, 19, 3)
	b, c := randomParam(1, 37, 4), randomParam(1, 19, 5)
	params := []*nn.Param{x, w, v, b, c}
	LayOutGradients(params)
	gold := numbers(21*19, 6)
	mem := NewCPU()
	gradients := func(in device.Precision) (loss float32, all [][]float32) {
		p := &Pass{Backend: mem, Grad: true, Precision: in}
		for _, q := range params {
			q.ZeroGrad()
		}
		h := Linear(p, x, kernels.GELU, []*nn.Param{w}, []*nn.Param{b})
		var y mat.Tensor = Conv1D(p, h, kernels.Identity, v, c)
		l := MSE(p, y, gold)
		loss = Of(l).Floats()[0]
		if err := Backward(l, 1); err != nil {
			t.Fatal(err)
		}
		mem.Reset()
		for _, q := range params {
			all = append(all, append([]float32{}, GradientOf(q).Values...))
		}
		return loss, all
	}
	loss, want := gradients(device.Float32)
	near, got := gradients(device.Bfloat16)
	golden.NearNumber(t, "loss", near, loss, golden.Tolerance{Rel: 0.01})
	for i := range want {
		var apart, size float64
		for e, g := range want[i] {
			d := float64(got[i][e] - g)
			apart += d * d
			size += float64(g) * float64(g)
		}
		switch r := math.Sqrt(apart / size); {
		case r == 0:
			t.Errorf("operand %d: the gradient of float32: nothing was rounded", i)
		case r > 0.01:
			t.Errorf("operand %d: the gradient is %.2g of its length off", i, r)
		}
	}
}
