package ops

import (
	"fmt"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

func TestConvolve(t *testing.T) {
	const h = 6
	offsets := []int32{0, 1, 4, 9}
	for _, c := range []struct{ width, groups int }{{1, 1}, {3, 1}, {5, 2}, {3, 6}} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			in := h / c.groups
			x, w, b := randomParam(9, h, 1), randomParam(h*in, c.width, 2), randomParam(1, h, 3)
			got := Of(Convolve(&Pass{Backend: new(device.CPU)}, x, w, b, offsets, c.width, c.groups)).Floats()
			want := make([]float32, len(got))
			for s := range len(offsets) - 1 {
				for at := offsets[s]; at < offsets[s+1]; at++ {
					for o := range h {
						sum := float64(Of(b).Floats()[o])
						for i := range in {
							for k := range c.width {
								if row := int(at) + k - c.width/2; row >= int(offsets[s]) && row < int(offsets[s+1]) {
									sum += float64(Of(w).Floats()[(o*in+i)*c.width+k]) * float64(Of(x).Floats()[row*h+o/in*in+i])
								}
							}
						}
						want[int(at)*h+o] = float32(sum)
					}
				}
			}
			golden.Near(t, "convolution", got, want, golden.Within(2e-6))
			checkGrad(t, []*nn.Param{x, w, b}, false, func(p *Pass) mat.Tensor {
				return Convolve(p, x, w, b, offsets, c.width, c.groups)
			})
		})
	}
}

func TestActivateGrad(t *testing.T) {
	x, w := randomParam(5, 4, 1), randomParam(4, 4, 2)
	for _, act := range []kernels.Act{kernels.Identity, kernels.Tanh, kernels.GELU} {
		checkGrad(t, []*nn.Param{x, w}, false, func(p *Pass) mat.Tensor {
			return Activate(p, Linear(p, x, kernels.Identity, []*nn.Param{w}, []*nn.Param{nil}), act)
		})
	}
	want := make([]float32, 20)
	kernels.Activation(nil, kernels.Tanh, want, Of(x).Floats(), false)
	golden.Near(t, "tanh", Of(Activate(&Pass{Backend: new(device.CPU)}, x, kernels.Tanh)).Floats(), want, golden.Exact)
}
