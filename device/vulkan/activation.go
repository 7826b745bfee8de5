package vulkan

import "github.com/lmkor/bench/device"

func (b *Backend) activation(o *device.Activation) {
	n := o.X.Len()
	if n == 0 {
		return
	}
	l := launch{kernel: "activation", spec: []uint32{uint32(o.Act), flag(o.Slope)}, groups: overElements(n),
		push: pack(o.Y, o.X, n), reads: over(o.X), writes: over(o.Y)}
	if o.Slope {
		l.writes = append(l.writes, over(o.X)...)
	}
	b.launch(l)
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
