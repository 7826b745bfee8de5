package kernels

import "math"

// exp32 is e to the x in float32: 2^n times a polynomial on [-ln2/2, ln2/2],
// as in Cephes' expf. The error is below 2 ulp; results below the smallest
// normal number are 0.
func exp32(x float32) float32 {
	switch {
	case x > 88.72283:
		return float32(math.Inf(1))
	case x < -87.33654:
		return 0
	case x != x:
		return x
	}
	p, k := expParts(x)
	if k == 128 { // 2^128 itself is no float32
		return (p + 1) * 2 * math.Float32frombits(uint32(127+127)<<23)
	}
	return (p + 1) * math.Float32frombits(uint32(k+127)<<23)
}

// expParts returns e^r - 1 and n, where x is r + n·ln2 and r at most half of ln2.
func expParts(x float32) (float32, int32) {
	const (
		log2e = 1.44269504088896341
		hi    = 0.693359375
		lo    = -2.12194440e-4
	)
	n := float32(int32(x*log2e + float32(math.Copysign(0.5, float64(x)))))
	x -= n * hi
	x -= n * lo
	p := float32(1.9875691500e-4)
	p = p*x + 1.3981999507e-3
	p = p*x + 8.3334519073e-3
	p = p*x + 4.1665795894e-2
	p = p*x + 1.6666665459e-1
	p = p*x + 5.0000001201e-1
	return p*x*x + x, int32(n)
}

// tail32 returns a = |v|, at most 16, q, the part of the standard normal
// distribution beyond a, and e = exp(-a²/2). q/e is a polynomial in
// 1/(1 + 0.33·a/√2), fitted to a relative error of 1e-7 from 0 to 14; q and e
// are within 8 ulp. They are 0 where e is below the smallest normal number.
func tail32(v float32) (a, q, e float32) {
	a = v
	if a < 0 {
		a = -a
	}
	a = min(a, 16)
	h := float32(a * a)
	// What rounding takes from a² is more than an ulp of e.
	lost := float32(float64(a)*float64(a) - float64(h))
	e = exp32(-0.5 * h)
	e -= 0.5 * lost * e
	t := 1 / (1 + 0.23334524035453796*a)
	q = -0.0676751509308815
	q = q*t + 0.23012764751911163
	q = q*t - 0.1755896359682083
	q = q*t + 0.2042628675699234
	q = q*t + 0.023603864014148712
	q = q*t + 0.10061381012201309
	q = q*t + 0.09147768467664719
	q = q*t + 0.09317892044782639
	return a, q * t * e, e
}

// tanh32 is the hyperbolic tangent in float32, within 3 ulp: -m/(2+m), where m =
// exp(-2|x|) - 1 keeps its precision near 0.
func tanh32(x float32) float32 {
	a := x
	if a < 0 {
		a = -a
	}
	p, n := expParts(-2 * min(a, 16))
	s := math.Float32frombits(uint32(n+127) << 23)
	m := p*s + (s - 1)
	return float32(math.Copysign(float64(m/(2+m)), float64(x)))
}

// sigmoid32 returns g = 1/(1+exp(-z)) and 1-g, both within 4 ulp for z from -80 on.
func sigmoid32(z float32) (g, rest float32) {
	e := exp32(min(-z, 88.3))
	g = 1 / (1 + e)
	return g, e * g // nothing cancels
}
