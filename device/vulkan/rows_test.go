package vulkan

import (
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

func (h *harness) ids(n, below int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(h.rng.IntN(below))
	}
	return ids
}

func TestGather(t *testing.T) {
	for _, c := range fewest([]struct{ rows, cols int }{{17, 33}, {1, 1}, {300, 8}}) {
		for count := 1; count <= 9; count += 2 {
			h := newHarness(t)
			o := &device.Gather{Y: h.undefined(c.rows * c.cols), Cols: c.cols}
			for i := range count {
				ids := h.ids(c.rows, 11)
				if i > 0 {
					ids[0], ids[c.rows/2] = -1, -1
				}
				o.Lookups = append(o.Lookups, device.Lookup{Table: h.random(11 * c.cols), IDs: ids})
			}
			h.same(golden.Exact, o) // the same additions in the same order
		}
	}
}

func TestScatter(t *testing.T) {
	for _, cols := range []int{1, 40} {
		h := newHarness(t)
		h.same(golden.Exact, &device.Scatter{Dst: h.undefined(9 * cols), Src: h.random(3 * cols), IDs: []int32{8, 0, 4}, Cols: cols},
			&device.Scatter{Dst: h.undefined(9 * cols), Cols: cols})
	}
}

// Rows that are named once, often and, as of a table of two, so often that they are
// summed up in parts.
func TestScatterAdd(t *testing.T) {
	for _, c := range []struct{ rows, table, cols int }{{1, 1, 1}, {50, 20, 33}, {64, 1, 5}, {65, 1, 5}, {400, 2, 70}} {
		h := newHarness(t)
		ids := h.ids(c.rows, c.table)
		ids[c.rows-1] = int32(c.table - 1)
		if c.rows > 10 {
			ids[3] = -1
		}
		h.same(rounding(c.rows), &device.ScatterAdd{Dst: h.random(c.table * c.cols), Src: h.random(c.rows * c.cols), IDs: ids, Skip: 7,
			Cols: c.cols})
	}
	h := newHarness(t)
	h.same(golden.Exact, &device.ScatterAdd{Dst: h.random(12), Src: h.random(8), IDs: []int32{2, 2}, Skip: 2, Cols: 4})
}

// Up to longest rows are added in the order of t, one after the other: with the CPU's
// bytes.
func TestScatterAddKeepsTheOrder(t *testing.T) {
	h := newHarness(t)
	h.same(golden.Exact, &device.ScatterAdd{Dst: h.random(5 * 9), Src: h.random(longest * 9), IDs: h.ids(longest, 5), Skip: -1, Cols: 9})
}

func TestPoolPairs(t *testing.T) {
	for _, cols := range []int{1, 37} {
		for _, largest := range []bool{false, true} {
			h := newHarness(t)
			x := h.random(9 * cols)
			copy(x.Floats()[cols:], x.Floats()[:cols]) // rows 0 and 1 are equal
			pairs := []kernels.Pair{{A: 0, B: 1}, {A: 5, B: 2}, {A: 4, B: 4}, {A: 7, B: 8}}
			h.same(golden.Exact, &device.PoolPairs{Y: h.undefined(4 * cols), X: x, Pairs: pairs, Cols: cols, Largest: largest},
				&device.PoolPairsGrad{DX: h.undefined(9 * cols), DY: h.random(4 * cols), X: x, Pairs: pairs, Cols: cols, Largest: largest})
		}
	}
}

func TestWindows(t *testing.T) {
	for _, cols := range []int{1, 13} {
		for _, width := range []int{1, 3, 7} {
			h := newHarness(t)
			offsets := []int32{0, 1, 5, 5, 14}
			x, y := h.random(14*cols), h.undefined(14*cols*width)
			h.same(golden.Exact, &device.Windows{Y: y, X: x, Offsets: offsets, Cols: cols, Width: width},
				&device.WindowsGrad{DX: h.undefined(14 * cols), DY: h.random(14 * cols * width), Offsets: offsets, Cols: cols, Width: width})
		}
	}
}
