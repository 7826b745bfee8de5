package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

// columnSums is what shader columns is told: the columns of x, multiplied by slope,
// are summed up, the first width of them to to, the rest to others.
type columnSums struct {
	x, slope          device.Matrix
	rows, cols, width int
	to, others        device.Buffer
	acc, accOthers    bool
}

const (
	columnGroup = 32   // columns a workgroup has
	rowsAtOnce  = 1024 // rows that one workgroup sums up; more are summed up in two stages
)

func (b *Backend) slopeBiasGrad(o *device.SlopeBiasGrad) {
	b.sumColumns(&columnSums{x: o.DY, slope: o.Slope, rows: o.Rows, cols: o.Cols, width: o.Cols, to: o.DB, acc: o.Acc})
}

func (b *Backend) sumColumns(o *columnSums) {
	if o.cols == 0 {
		return
	}
	parts := max(1, (o.rows+rowsAtOnce-1)/rowsAtOnce)
	if parts == 1 || o.to.None() && o.others.None() {
		b.launchColumns(o, parts)
		return
	}
	sums := b.get(parts * o.cols)
	defer b.put(sums)
	first, second := *o, *o
	first.to, first.others, first.acc, first.width = sums, device.Buffer{}, false, o.cols
	b.launchColumns(&first, parts)
	second.x, second.slope, second.rows = device.Matrix{Buffer: sums, LD: o.cols}, device.Matrix{}, parts
	b.launchColumns(&second, 1)
}

// How shader columns leaves a sum.
const (
	sumWritten = iota
	sumAdded
	sumNotWanted
)

func (b *Backend) launchColumns(o *columnSums, parts int) {
	l := launch{kernel: "columns", spec: []uint32{flag(!o.slope.None())}, flops: float64(o.rows * o.cols),
		groups: [3]uint32{tiling.Over(o.cols, columnGroup), uint32(parts)}, reads: block(o.x, o.rows, o.cols)}
	if !o.slope.None() {
		l.reads = append(l.reads, block(o.slope, o.rows, o.cols)...)
		l.writes = append(l.writes, block(o.x, o.rows, o.cols)...)
	}
	how := func(to device.Buffer, acc bool) int {
		l.writes = append(l.writes, over(to)...)
		switch {
		case to.None():
			return sumNotWanted
		case acc:
			l.reads = append(l.reads, over(to)...)
			return sumAdded
		}
		return sumWritten
	}
	l.push = pack(o.to, o.others, o.x, o.slope, o.rows, o.cols, o.x.LD, o.slope.LD, rowsAtOnce, o.width, how(o.to, o.acc),
		how(o.others, o.accOthers))
	b.launch(l)
}
