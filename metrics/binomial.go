package metrics

import "math"

// draws is a stream read from its beginning.
type draws struct {
	stream stream
	next   uint64
}

func (d *draws) bits() uint64 {
	v := d.stream.bits(d.next)
	d.next++
	return v
}

// unit returns a number above 0 and below 1.
func (d *draws) unit() float64 { return (float64(d.bits()>>11) + 0.5) * 0x1p-53 }

// binomial returns how many of n tries succeed that each do with probability p.
func (d *draws) binomial(n int, p float64) int {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - d.binomial(n, 1-p)
	case float64(n)*p < 10:
		return d.counted(n, p)
	}
	return d.rejected(n, p)
}

// counted inverts the distribution function from 0 on: O(n p).
func (d *draws) counted(n int, p float64) int {
	odds := p / (1 - p)
	mass := math.Exp(float64(n) * math.Log1p(-p))
	u := d.unit()
	for k := 0; k < n; k++ {
		if u < mass {
			return k
		}
		u -= mass
		mass *= float64(odds*float64(n-k)) / float64(k+1)
		if mass < 1e-18 { // what is left is rounding
			return k
		}
	}
	return n
}

// rejected is the transformed rejection of Hörmann, The generation of binomial
// random variates (1993), algorithm BTRS: O(1) for n p of 10 or more, p up to 1/2.
func (d *draws) rejected(n int, p float64) int {
	f := float64(n)
	sd := math.Sqrt(float64(f*p) * (1 - p))
	b := 1.15 + float64(2.53*sd)
	a := -0.0873 + float64(0.0248*b) + float64(0.01*p)
	c := float64(f*p) + 0.5
	vr := 0.92 - 4.2/b
	alpha := (2.83 + 5.1/b) * sd
	m := math.Floor((f + 1) * p)
	for {
		v, u := d.unit(), d.unit()-0.5
		us := 0.5 - math.Abs(u)
		k := math.Floor(float64((float64(2*a/us)+b)*u) + c)
		if k < 0 || k > f {
			continue
		}
		if us >= 0.07 && v <= vr {
			return int(k)
		}
		v = math.Log(v * alpha / (a/float64(us*us) + b))
		if v <= logFactorial(m)+logFactorial(f-m)-logFactorial(k)-logFactorial(f-k)+float64((k-m)*math.Log(p/(1-p))) {
			return int(k)
		}
	}
}

// logFactorial returns log(k!), by Stirling's series for large k.
func logFactorial(k float64) float64 {
	if k < 16 {
		sum := 0.0
		for i := 2.0; i <= k; i++ {
			sum += math.Log(i)
		}
		return sum
	}
	return float64((k+0.5)*math.Log(k)) - k + 0.9189385332046727 + (1.0/12-(1.0/360-1.0/1260/float64(k*k))/float64(k*k))/k
}
