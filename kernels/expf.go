package kernels

import "math"

// exp32 is e to the x in float32: 2^n times a polynomial on [-ln2/2, ln2/2],
// as in Cephes' expf. The error is below 2 ulp; results below the smallest
// normal number are 0.
func exp32(x float32) float32 {
	const (
		log2e = 1.44269504088896341
		hi    = 0.693359375
		lo    = -2.12194440e-4
	)
	switch {
	case x > 88.72283:
		return float32(math.Inf(1))
	case x < -87.33654:
		return 0
	case x != x:
		return x
	}
	n := float32(int32(x*log2e + float32(math.Copysign(0.5, float64(x)))))
	x -= n * hi
	x -= n * lo
	p := float32(1.9875691500e-4)
	p = p*x + 1.3981999507e-3
	p = p*x + 8.3334519073e-3
	p = p*x + 4.1665795894e-2
	p = p*x + 1.6666665459e-1
	p = p*x + 5.0000001201e-1
	p = p*x*x + x + 1
	k := int32(n)
	if k == 128 { // 2^128 itself is no float32
		return p * 2 * math.Float32frombits(uint32(127+127)<<23)
	}
	return p * math.Float32frombits(uint32(k+127)<<23)
}

// erf32 is the error function in float32, by Abramowitz and Stegun 7.1.26: the
// error is below 5e-7 absolute. expNegSq is exp(-x*x), which callers have use
// for themselves.
func erf32(x, expNegSq float32) float32 {
	a := x
	if a < 0 {
		a = -a
	}
	t := 1 / (1 + 0.3275911*a)
	y := 1 - ((((1.061405429*t-1.453152027)*t+1.421413741)*t-0.284496736)*t+0.254829592)*t*expNegSq
	if x < 0 {
		return -y
	}
	return y
}

// tanh32 is the hyperbolic tangent in float32, its error below 3e-7 absolute.
func tanh32(x float32) float32 {
	a := x
	if a < 0 {
		a = -a
	}
	if a < 0.25 { // the odd series: no cancellation
		q := x * x
		return x * (1 + q*(-0.33333333+q*(0.13333333+q*(-0.05396825+q*0.021869488))))
	}
	e := exp32(-2 * a)
	y := (1 - e) / (1 + e)
	if x < 0 {
		return -y
	}
	return y
}
