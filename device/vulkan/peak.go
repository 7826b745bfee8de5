package vulkan

import (
	"time"

	"github.com/lmkor/bench/device"
)

// Shader peak's chains an invocation, and its workgroups: more than devices have room
// for at once.
const (
	peakChains = 16
	peakGroups = 2048
)

// Peak measures how many floating-point operations a second the device does of nothing
// but multiply-adds in float32, each counted as two.
func (b *Backend) Peak() float64 {
	y := b.New(peakGroups * groupSize)
	defer b.Free(y)
	const each = 2 * peakGroups * groupSize * peakChains
	b.multiplyAdd(y, 1) // compiles
	loops, took := 16, 0.0
	for {
		// Long enough to be timed, short of what a watchdog takes for a hang, and of the
		// 65,535 turns behind which a driver was seen to end loops.
		if took = b.multiplyAdd(y, loops); took > 0.02 || loops >= 1<<14 {
			break
		}
		loops *= 4
	}
	for range 2 {
		took = min(took, b.multiplyAdd(y, loops))
	}
	return each * float64(loops) / took
}

// multiplyAdd returns how long so many turns take, in seconds.
func (b *Backend) multiplyAdd(y device.Buffer, loops int) float64 {
	b.Read(nil, device.Buffer{})
	start := time.Now()
	func() {
		b.enter()
		defer b.leave()
		b.launch(launch{kernel: "peak", groups: [3]uint32{peakGroups}, writes: over(y),
			push: pack(y, loops, float32(0.999), float32(0.001)), flops: 2 * peakGroups * groupSize * peakChains * float64(loops)})
	}()
	b.Read(nil, device.Buffer{})
	return time.Since(start).Seconds()
}
