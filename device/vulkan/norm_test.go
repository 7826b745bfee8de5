package vulkan

import (
	"fmt"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// Widths around those at which more invocations share a row, and more rows than
// workgroups.
func TestNorm(t *testing.T) {
	for _, c := range fewest([]struct{ rows, cols int }{{3, 31}, {1, 1}, {7, 129}, {5, 300}, {2, 1025}, {300, 48}}) {
		for _, p := range fewest([]float32{0.2, 0}) {
			t.Run(fmt.Sprintf("%dx%d/p=%g", c.rows, c.cols, p), func(t *testing.T) {
				h := newHarness(t)
				n := c.rows * c.cols
				x, w, bias := h.random(n), h.random(c.cols), h.random(c.cols)
				plain := &device.Norm{Y: h.undefined(n), S: x, Mean: h.undefined(c.rows), RStd: h.undefined(c.rows), X: x, W: w, B: bias,
					Rows: c.rows, Cols: c.cols, Eps: 1e-5}
				added := *plain
				added.Y, added.S, added.Mean, added.RStd = h.undefined(n), h.undefined(n), h.undefined(c.rows), h.undefined(c.rows)
				added.Residual, added.Drop = h.random(n), kernels.Dropper{Seed: 1, Step: 2, Site: 3, P: p}
				// The row's mean and deviation are sums of like numbers; a value is their difference.
				// A row of one number has a deviation of √eps, which multiplies the mean's rounding.
				h.same(golden.Tolerance{Abs: 2e-5, Rel: 5e-6}, plain, &added)
			})
		}
	}
}

func TestNormGrad(t *testing.T) {
	for _, c := range fewest([]struct{ rows, cols int }{{3, 31}, {1, 33}, {7, 129}, {5, 300}, {2, 1025}, {600, 20}}) {
		for _, acc := range fewest([]bool{false, true}) {
			t.Run(fmt.Sprintf("%dx%d/acc=%t", c.rows, c.cols, acc), func(t *testing.T) {
				h := newHarness(t)
				n := c.rows * c.cols
				mean, rstd := make([]float32, c.rows), make([]float32, c.rows)
				for r := range mean {
					mean[r], rstd[r] = 0.1*float32(r%3), 1.5+0.1*float32(r%4)
				}
				g := device.NormGrad{DX: h.undefined(n), DW: h.random(c.cols), DB: h.random(c.cols), DY: h.random(n), S: h.random(n),
					Mean: h.of(mean), RStd: h.of(rstd), W: h.random(c.cols), AccW: acc, AccB: !acc, Rows: c.rows, Cols: c.cols}
				added := g
				added.DX, added.DResidual, added.DW, added.DB = h.undefined(n), h.undefined(n), device.Buffer{}, h.random(c.cols)
				added.Drop = kernels.Dropper{Seed: 1, Step: 2, Site: 3, P: 0.3}
				none := g
				none.DX, none.DW, none.DB = h.undefined(n), device.Buffer{}, device.Buffer{}
				summed := added
				summed.DX, summed.DResidual, summed.DB, summed.AccResidual = h.undefined(n), h.random(n), h.random(c.cols), true
				kept := summed
				kept.DX, kept.DResidual, kept.DB, kept.Drop.P = h.undefined(n), h.random(n), h.random(c.cols), 0
				h.same(rounding(max(20, c.rows)), &g, &added, &none, &summed, &kept)
			})
		}
	}
}

// The columns' sums in one stage and in two, whole matrices and columns of wider ones.
func TestSlopeBiasGrad(t *testing.T) {
	for _, rows := range fewest([]int{9, 1, 1024, 2100}) {
		for _, cols := range fewest([]int{33, 1, 64}) {
			h := newHarness(t)
			m := func() device.Matrix { return h.matrix(rows, cols, 3) }
			d, e := m(), m()
			h.same(rounding(rows), &device.SlopeBiasGrad{DB: h.undefined(cols), DY: m(), Rows: rows, Cols: cols},
				&device.SlopeBiasGrad{DB: h.random(cols), Acc: true, DY: d, Slope: m(), Rows: rows, Cols: cols},
				&device.SlopeBiasGrad{DY: e, Slope: m(), Rows: rows, Cols: cols},
				&device.SlopeBiasGrad{DB: h.undefined(cols), DY: e, Rows: rows, Cols: cols})
		}
	}
}
