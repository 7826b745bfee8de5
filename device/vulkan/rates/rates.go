// Package rates measures whether a device's products are faster in float16 than in float32.
package rates

import (
	"math"
	"time"

	"github.com/lmkor/bench/device"
)

// shapes are products of a small transformer's step and then of a base one's, over 256 tokens:
// forward, of an input's gradient, and of a weight's.
var shapes = []device.Product{
	{TB: true, M: 256, N: 256, K: 256},
	{TB: true, M: 256, N: 768, K: 768},
	{TB: true, M: 256, N: 3072, K: 768},
	{M: 256, N: 768, K: 3072},
	{TA: true, M: 768, N: 768, K: 256},
}

const (
	turns = 3                    // of each measurement, the best of which counts
	least = 2 * time.Millisecond // of a turn
	most  = 64                   // products of a turn
)

// Measure returns how many floating-point operations a second the device does in products of
// each precision, both by turns, by the clock of the host. A precision that is slower by far at
// the first shape is not measured further.
func Measure(on device.Backend) (half, full float64) {
	size := 0
	for _, p := range shapes {
		size = max(size, p.M*p.K, p.K*p.N, p.M*p.N)
	}
	a, b, c := on.New(size), on.New(size), on.New(size)
	defer on.Free(a)
	defer on.Free(b)
	defer on.Free(c)
	x := make([]float32, size)
	for i := range x { // no zeros, which cost less current
		x[i] = float32(i%127-63) / 64
	}
	on.Write(a, x)
	on.Write(b, x)
	flops, halves, fulls := 0.0, 0.0, 0.0
	for i, p := range shapes {
		p.A, p.B, p.C = device.Matrix{Buffer: a, LD: p.K}, device.Matrix{Buffer: b, LD: p.N}, device.Matrix{Buffer: c, LD: p.N}
		if p.TA {
			p.A.LD = p.M
		}
		if p.TB {
			p.B.LD = p.K
		}
		h, f := math.Inf(1), math.Inf(1)
		for range turns {
			f = min(f, seconds(on, device.Float32, p))
			h = min(h, seconds(on, device.Float16, p))
		}
		flops, halves, fulls = flops+2*float64(p.M)*float64(p.N)*float64(p.K), halves+h, fulls+f
		if i == 0 && (h > 4*f || f > 4*h) {
			break
		}
	}
	return flops / halves, flops / fulls
}

// seconds is what a product takes, of as many as take some time together.
func seconds(on device.Backend, in device.Precision, p device.Product) float64 {
	run := func(n int) time.Duration {
		start := time.Now()
		for range n {
			on.Run(&device.Products{Precision: in, List: []device.Product{p}})
		}
		on.Read(nil, device.Buffer{})
		return time.Since(start)
	}
	run(1) // compiles, or wakes the device
	n := 4
	for ; n < most; n *= 2 {
		if run(n) > least {
			break
		}
	}
	return run(n).Seconds() / float64(n)
}
