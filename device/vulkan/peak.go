package vulkan

import (
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
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
	return b.peak(launch{kernel: "peak", flops: 2 * groupSize * peakChains}, groupSize)
}

// MatrixPeak is Peak of products of cooperative matrices in float16, 0 where there are none.
func (b *Backend) MatrixPeak() float64 {
	const chains, waves = 8, 4 // of shader matrixpeak: of a subgroup, and subgroups of a workgroup
	m := b.info.Matrices
	if m.Wave == 0 {
		return 0
	}
	each := m.M * m.N * waves
	return b.peak(launch{kernel: "matrixpeak", subgroup: m.Wave, spec: []uint32{m.M, m.N, m.K, waves * m.Wave},
		flops: 2 * float64(each) * float64(m.K) * chains}, int(each))
}

// peak is the rate of a launch whose workgroups do l.flops a turn, and leave so many floats each.
func (b *Backend) peak(l launch, floats int) float64 {
	y := b.New(peakGroups * floats)
	defer b.Free(y)
	each := peakGroups * l.flops
	l.groups, l.writes = [3]uint32{peakGroups}, over(y)
	return each / b.timePerTurn(func(turns int) {
		b.enter()
		defer b.leave()
		l.push, l.flops = pack(y, turns, float32(0.999), float32(0.001)), each*float64(turns)
		b.launch(l)
	})
}

// timePerTurn returns the seconds that each of run's turns takes, the best of three, of as
// many as are long enough to be timed, and short of what a watchdog takes for a hang and of
// the 65,535 behind which a driver was seen to end loops.
func (b *Backend) timePerTurn(run func(turns int)) float64 {
	seconds := func(turns int) float64 {
		b.Read(nil, device.Buffer{})
		start := time.Now()
		run(turns)
		b.Read(nil, device.Buffer{})
		return time.Since(start).Seconds()
	}
	seconds(1) // compiles
	turns := 1
	took := seconds(turns)
	for took < 0.02 && turns < 1<<14 {
		turns *= 4
		took = seconds(turns)
	}
	for range 2 {
		took = min(took, seconds(turns))
	}
	return took / float64(turns)
}

// Streamed measures how many bytes a second are read and written by a kernel that copies x
// to y, of as many floats, which begin at a multiple of 16 bytes. Copies of the driver's own
// were seen to reach a quarter of it.
func (b *Backend) Streamed(y, x device.Buffer) float64 {
	n := x.Len() / 4
	return 32 * float64(n) / b.timePerTurn(func(turns int) {
		b.enter()
		defer b.leave()
		for range turns {
			b.launch(launch{kernel: "stream", groups: [3]uint32{tiling.Over(n, 4*groupSize)}, reads: over(x), writes: over(y),
				push: pack(y, x, n)})
		}
	})
}
