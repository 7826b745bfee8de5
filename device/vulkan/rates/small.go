package rates

import (
	"math"

	"github.com/lmkor/bench/device"
)

// KeepsSmall tells whether factors below 2^-14, which float16 has with fewer bits down to 2^-24,
// count in a device's products. Vulkan lets a device take them for 0 where no shader asks it not
// to, and not every driver that keeps them promises to: so products are asked.
func KeepsSmall(on device.Backend) bool {
	const n = 32 // rows and columns: more than the few that are made without matrices
	small, ones, product := make([]float32, n), make([]float32, n), make([]float32, n*n)
	for i := range small {
		small[i], ones[i] = float32(math.Ldexp(float64(i+1), -24)), 1024
	}
	a, b, c := on.New(n), on.New(n), on.New(n*n)
	defer on.Free(a)
	defer on.Free(b)
	defer on.Free(c)
	for _, first := range []bool{true, false} {
		x, y := small, ones
		if !first {
			x, y = ones, small
		}
		on.Write(a, x)
		on.Write(b, y)
		on.Run(&device.Products{Precision: device.Float16, List: []device.Product{{M: n, N: n, K: 1,
			A: device.Matrix{Buffer: a, LD: 1}, B: device.Matrix{Buffer: b, LD: n}, C: device.Matrix{Buffer: c, LD: n}}}})
		on.Read(product, c)
		for i, v := range product {
			if v != x[i/n]*y[i%n] {
				return false
			}
		}
	}
	return true
}
