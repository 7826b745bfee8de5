package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
	"github.com/lmkor/bench/kernels"
)

// runMoves runs what moves or adds elements.
func (b *Backend) runMoves(call device.Call) bool {
	switch o := call.(type) {
	case *device.Add:
		b.add(o)
	case *device.Copy:
		b.copy(o.Y, o.X)
	case *device.Clear:
		if !o.X.None() {
			b.fill(o.X, 0)
		}
	case *device.ClearRows:
		b.clearRows(o)
	case *device.ScaleBy:
		b.scaleBy(o)
	case *device.Drop:
		b.drop(o)
	default:
		return false
	}
	return true
}

// copy records Y = X.
func (b *Backend) copy(y, x device.Buffer) {
	if x.Len() == 0 {
		return
	}
	to, at := b.place(y)
	from, begin := b.place(x)
	b.record(op{Name: "copy", Move: true, Reads: over(x), Writes: over(y),
		Do: func(c *vulkan.Commands) { c.Copy(to, at, from, begin, 4*x.Len()) }})
}

func (b *Backend) add(o *device.Add) {
	n := o.X.Len()
	if n == 0 {
		return
	}
	b.launch(launch{kernel: "add", groups: overElements(n), push: pack(o.Y, o.X, n),
		reads: over(o.Y, o.X), writes: over(o.Y)})
}

func (b *Backend) scaleBy(o *device.ScaleBy) {
	n := o.X.Len()
	if n == 0 {
		return
	}
	b.launch(launch{kernel: "scaleby", groups: overElements(n), push: pack(o.X, o.S, n),
		reads: over(o.X, o.S), writes: over(o.X)})
}

// clearRows' kernel has a workgroup a row, or several rows where there are many.
func (b *Backend) clearRows(o *device.ClearRows) {
	n := len(o.Rows)
	if n == 0 || o.Cols == 0 {
		return
	}
	b.launch(launch{kernel: "clearrows", groups: [3]uint32{uint32(min(n, mostGroups))},
		push: pack(o.X, b.words(o.Rows), n, o.Cols), writes: some(o.X, n*o.Cols)})
}

func (b *Backend) drop(o *device.Drop) {
	n := o.X.Len()
	if n == 0 {
		return
	}
	b.launch(launch{kernel: "drop", groups: overElements(n),
		push:  pack(append([]any{o.Y, o.X, o.Residual}, append(dropping(o.Drop), n)...)...),
		reads: over(o.X, o.Residual), writes: over(o.Y)})
}

// dropping are the push constants of a dropout, as common.glsl's Drop has them:
// first, second, limit and scale. Without one everything is kept, times 1.
func dropping(d kernels.Dropper) []any {
	k := d.Key()
	return []any{k.First, k.Second, k.Limit, k.Scale}
}
