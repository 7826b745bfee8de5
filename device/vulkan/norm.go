package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

func (b *Backend) norm(o *device.Norm) {
	if o.Rows == 0 {
		return
	}
	add := !o.Residual.None()
	l := launch{kernel: "norm", groups: [3]uint32{min(uint32(o.Rows), mostGroups)},
		spec: []uint32{rowWidth(o.Cols), flag(add), flag(add && o.Drop.P > 0)}, flops: 8 * float64(o.Rows*o.Cols),
		reads: over(o.X, o.Residual, o.W, o.B), writes: over(o.Y, o.Mean, o.RStd)}
	if add {
		l.writes = append(l.writes, over(o.S)...)
	}
	l.push = pack(append([]any{o.Y, o.S, o.Mean, o.RStd, o.X, o.Residual, o.W, o.B, o.Rows, o.Cols, o.Eps},
		dropping(o.Drop)...)...)
	b.launch(l)
}

// rowWidth returns how many invocations share a row of so many columns.
func rowWidth(cols int) uint32 {
	for _, n := range []uint32{32, 64, 128} {
		if cols <= int(4*n) {
			return n
		}
	}
	return groupSize
}

// mostNormGroups is the number of workgroups that fill a device, and whose sums are
// little beside the rows.
const mostNormGroups = 128

// normGrad computes what the rows get, and in a second launch adds up what each
// workgroup's rows give the weight and the bias.
func (b *Backend) normGrad(o *device.NormGrad) {
	sums, add := !o.DW.None() || !o.DB.None(), !o.DResidual.None()
	width := rowWidth(o.Cols)
	beside := groupSize / int(width) // rows
	each := max(1, (o.Rows+mostNormGroups*beside-1)/(mostNormGroups*beside))
	n := (o.Rows + each*beside - 1) / (each * beside)
	var parts, added device.Buffer
	if o.AccResidual {
		added = o.DResidual
	}
	if sums {
		parts = b.get(n * 2 * o.Cols)
		defer b.put(parts)
	}
	if n > 0 {
		b.launch(launch{kernel: "normgrad", groups: [3]uint32{uint32(n)},
			spec: []uint32{groupSize, tiling.Over(o.Cols, width), flag(add), flag(add && o.Drop.P > 0), flag(sums),
				flag(o.AccResidual), width},
			push: pack(append([]any{o.DX, o.DResidual, parts, o.DY, o.S, o.Mean, o.RStd, o.W, o.Rows, o.Cols, each},
				dropping(o.Drop)...)...),
			reads:  over(o.DY, o.S, o.Mean, o.RStd, o.W, added),
			writes: over(o.DX, o.DResidual, parts), flops: 14 * float64(o.Rows*o.Cols)})
	}
	if sums {
		b.sumColumns(&columnSums{x: device.Matrix{Buffer: parts, LD: 2 * o.Cols}, rows: n, cols: 2 * o.Cols, width: o.Cols,
			to: o.DW, acc: o.AccW, others: o.DB, accOthers: o.AccB})
	}
}
