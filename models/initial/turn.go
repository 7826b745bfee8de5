package initial

import "math"

// turn is math.Sincos of an x from 0 to 2π, bit by bit, by the same steps (of Cephes)
// without a branch: the quarter of a random angle is random, and a processor that
// guesses it wrong twice a pair of numbers waits longer than it computes.
func turn(x float64) (sin, cos float64) {
	const ( // π/4 in three parts
		pi4A = 7.85398125648498535156e-1
		pi4B = 3.77489470793079817668e-8
		pi4C = 2.69515142907905952645e-15
	)
	j := int64(x * (4 / math.Pi))
	j += j & 1
	y := float64(j)
	z := ((x - y*pi4A) - y*pi4B) - y*pi4C
	zz := z * z
	c := 1.0 - 0.5*zz + zz*zz*((((((cosines[0]*zz)+cosines[1])*zz+cosines[2])*zz+cosines[3])*zz+cosines[4])*zz+cosines[5])
	s := z + z*zz*((((((sines[0]*zz)+sines[1])*zz+sines[2])*zz+sines[3])*zz+sines[4])*zz+sines[5])
	quarter := uint64(j) >> 1 // modulo 4
	sb, cb := math.Float64bits(s), math.Float64bits(c)
	swap := (sb ^ cb) & -(quarter & 1)
	sb, cb = sb^swap, cb^swap
	return math.Float64frombits(sb ^ quarter>>1<<63), math.Float64frombits(cb ^ (quarter>>1^quarter)<<63)
}

// The coefficients of both, as package math has them.
var (
	sines = [...]float64{1.58962301576546568060e-10, -2.50507477628578072866e-8, 2.75573136213857245213e-6,
		-1.98412698295895385996e-4, 8.33333333332211858878e-3, -1.66666666666666307295e-1}
	cosines = [...]float64{-1.13585365213876817300e-11, 2.08757008419747316778e-9, -2.75573141792967388112e-7,
		2.48015872888517045348e-5, -1.38888888888730564116e-3, 4.16666666666665929218e-2}
)
