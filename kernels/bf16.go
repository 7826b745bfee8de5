package kernels

import "math"

// What AVX512_BF16 computes, and the plain Go that gives the same bytes.
//
// VDPBF16PS adds two products of bfloat16 numbers to a float32, as two fused
// multiply-adds one after the other: the high halves of the pairs first, then
// the low ones. Each rounds once, to nearest even, whatever MXCSR says. Denormal
// operands, the sum so far among them, count as zeros of their sign, and a
// result that is denormal after rounding becomes a zero of its sign (Intel SDM
// volume 2, VDPBF16PS: "DAZ, FTZ, RNE"; AMD64 manual volume 4 likewise).
// VCVTNE2PS2BF16 rounds to nearest even, denormals to zeros of their sign; a NaN
// is cut off and made quiet. Which of several NaNs comes out is not copied.
// TestPairs holds all this to the instruction, where the CPU has it.

// toBF16 rounds x to bfloat16.
func toBF16(x float32) uint32 {
	b := math.Float32bits(x)
	switch {
	case b&0x7F800000 == 0:
		return b >> 31 << 15
	case b&0x7FFFFFFF > 0x7F800000:
		return b>>16 | 0x40
	}
	return (b + 0x7FFF + b>>16&1) >> 16
}

// pairOf packs two numbers, the earlier one low.
func pairOf(low, high float32) uint32 { return toBF16(low) | toBF16(high)<<16 }

// addPair adds the two products of the pairs a and b to c, none of them denormal.
func addPair(c float32, a, b uint32) float32 {
	c = addProduct(c, math.Float32frombits(a&^0xFFFF), math.Float32frombits(b&^0xFFFF))
	return addProduct(c, math.Float32frombits(a<<16), math.Float32frombits(b<<16))
}

// addProduct returns c + x*y, rounded once, where x and y are bfloat16 numbers.
// The product has 16 bits: as a float32 it is exact, if it's neither too large
// nor too small for one.
func addProduct(c, x, y float32) float32 {
	p := float32(x * y) // the conversion forbids fusing
	if e := math.Float32bits(p) & 0x7F800000; (e == 0 || e == 0x7F800000) && x != 0 && y != 0 {
		return addProductSlow(c, x, y)
	}
	s := c + p
	if b := math.Float32bits(s); b&0x7F800000 == 0 {
		return math.Float32frombits(b & 0x80000000) // exact: both have the bits of normal numbers only
	}
	return s
}

// addProductSlow is addProduct for any product. A float64 holds the product, but
// not always its sum with c: what is lost is kept as the sum's last bit, so that
// rounding to float32 sees on which side of the middle it is.
func addProductSlow(c, x, y float32) float32 {
	p := float64(x) * float64(y)
	s := float64(c) + p
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return float32(s)
	}
	if lost := addLost(float64(c), p, s); lost != 0 && math.Float64bits(s)&1 == 0 {
		b := math.Float64bits(s)
		if (lost > 0) != (s > 0) {
			b--
		}
		s = math.Float64frombits(b | 1)
	}
	// Tiny is what would still be below the least normal number if the
	// exponent had no end.
	if t := float32(s * (1 << 60)); math.Abs(float64(t)) < 0x1p-66 {
		return float32(math.Copysign(0, s))
	}
	return float32(s)
}

// addLost returns a + b - s exactly, where s is a + b rounded.
func addLost(a, b, s float64) float64 {
	bb := s - a
	return (a - (s - bb)) + (b - bb)
}

// pairsGo is the micro-kernel without assembly: rows of a by 32 columns of b.
func pairsGo(rows, pairs int, a, b []uint32, c []float32, ldc int, acc bool) {
	for i := range rows {
		var s [pairWidth]float32
		for p := range pairs {
			v, row := a[p*panel+i], b[p*pairWidth:][:pairWidth]
			for j, w := range row {
				s[j] = addPair(s[j], v, w)
			}
		}
		dst := c[i*ldc:][:pairWidth]
		for j, v := range s {
			if acc {
				dst[j] += v
			} else {
				dst[j] = v
			}
		}
	}
}

// packPairsGo packs w vectors of k numbers, whose elements are inner apart and
// which are outer apart, into steps of w pairs.
func packPairsGo(dst []uint32, step int, src []float32, outer, inner, w, k int) {
	for p := 0; p < k; p += 2 {
		d := dst[p/2*step:][:w]
		for i := range d {
			low, high := src[i*outer+p*inner], float32(0)
			if p+1 < k {
				high = src[i*outer+(p+1)*inner]
			}
			d[i] = pairOf(low, high)
		}
	}
}
