package vulkan

import (
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

func TestMoves(t *testing.T) {
	for _, n := range []int{1, 33, 255, 256, 1000} {
		h := newHarness(t)
		x, y := h.random(n+7).From(7), h.random(n)
		h.same(golden.Exact, &device.Add{Y: y, X: x}, &device.Copy{Y: h.undefined(n), X: y}, &device.ScaleBy{X: x, S: h.random(1)},
			&device.Clear{X: h.undefined(n)}, &device.ClearRows{X: h.random(7 * n), Rows: []int32{0, 3, 6}, Cols: n})
	}
}

// The masks are the CPU's, element by element, whatever the sizes.
func TestDropDrawsAsTheCPU(t *testing.T) {
	for _, p := range []float32{0, 0.1, 0.9} {
		for _, n := range []int{1, 300, 70001} {
			h := newHarness(t)
			d := kernels.Dropper{Seed: 7, Step: 3, Site: uint64(n), P: p}
			x := h.random(n)
			h.same(golden.Exact, &device.Drop{Y: h.undefined(n), X: x, Drop: d},
				&device.Drop{Y: h.undefined(n), X: x, Residual: h.random(n), Drop: d})
		}
	}
}
