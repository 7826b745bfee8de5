package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// What shader rows does.
const (
	rowsScatter = iota
	rowsPool
	rowsPoolGrad
	rowsWindows
	rowsWindowsGrad
)

// rowMove is a launch of shader rows: y is [rows, cols]; of and pairs are what the host
// has found out for it.
type rowMove struct {
	what              uint32
	largest           bool
	y, x, from        device.Buffer
	of, pairs         []int32
	rows, cols, width int
}

func (b *Backend) moveRows(m rowMove) {
	if m.rows*m.cols == 0 {
		return
	}
	b.launch(launch{kernel: "rows", spec: []uint32{m.what, flag(m.largest)}, groups: overElements(m.rows * m.cols),
		push:  pack(m.y, m.x, m.from, b.words(m.of), b.words(m.pairs), m.rows, m.cols, m.width),
		reads: over(m.x, m.from), writes: over(m.y)})
}

func (b *Backend) scatter(o *device.Scatter) {
	of := none(rowsOf(o.Dst, o.Cols))
	for t, id := range o.IDs {
		of[id] = int32(t)
	}
	b.moveRows(rowMove{what: rowsScatter, y: o.Dst, x: o.Src, of: of, rows: len(of), cols: o.Cols})
}

func (b *Backend) poolPairs(o *device.PoolPairs) {
	b.moveRows(rowMove{what: rowsPool, largest: o.Largest, y: o.Y, x: o.X, pairs: inOne(o.Pairs), rows: len(o.Pairs),
		cols: o.Cols})
}

func (b *Backend) poolPairsGrad(o *device.PoolPairsGrad) {
	of := none(rowsOf(o.DX, o.Cols))
	for i, p := range o.Pairs {
		of[p.B] = int32(2*i + 1)
		of[p.A] = int32(2 * i)
	}
	b.moveRows(rowMove{what: rowsPoolGrad, largest: o.Largest, y: o.DX, x: o.DY, from: o.X, of: of, pairs: inOne(o.Pairs),
		rows: len(of), cols: o.Cols})
}

func (b *Backend) windows(o *device.Windows) {
	of := sequenceOfRows(o.Offsets)
	b.moveRows(rowMove{what: rowsWindows, y: o.Y, x: o.X, of: of, rows: len(of) / 2, cols: o.Cols * o.Width, width: o.Width})
}

func (b *Backend) windowsGrad(o *device.WindowsGrad) {
	of := sequenceOfRows(o.Offsets)
	b.moveRows(rowMove{what: rowsWindowsGrad, y: o.DX, x: o.DY, of: of, rows: len(of) / 2, cols: o.Cols, width: o.Width})
}

func rowsOf(x device.Buffer, cols int) int {
	if cols == 0 {
		return 0
	}
	return x.Len() / cols
}

// none returns n times -1.
func none(n int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = -1
	}
	return ids
}

func inOne(pairs []kernels.Pair) []int32 {
	ids := make([]int32, 0, 2*len(pairs))
	for _, p := range pairs {
		ids = append(ids, p.A, p.B)
	}
	return ids
}

// sequenceOfRows returns for each row where its sequence begins and ends.
func sequenceOfRows(offsets []int32) []int32 {
	ids := make([]int32, 0, 2*offsets[len(offsets)-1])
	for s, first := range offsets[:len(offsets)-1] {
		for range offsets[s+1] - first {
			ids = append(ids, first, offsets[s+1])
		}
	}
	return ids
}
