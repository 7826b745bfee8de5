package metrics

import (
	"fmt"
	"math"
)

// Samples of a comparison: p-values down to about 1e-4.
const (
	BootstrapSamples   = 10000
	PermutationSamples = 10000
)

// Comparison is what two models' answers to the same examples say about the
// difference of one score. Nil means undefined.
type Comparison struct {
	A, B       *float64
	Difference *float64  // B - A
	Interval   *Interval // of the difference: paired percentile bootstrap over examples

	// BootstrapP is two-sided: twice the smaller share of bootstrap differences
	// on either side of 0, both counting 0 and the observed sample.
	BootstrapP *float64
	// PermutationP is the share of random exchanges of the two models' answers,
	// the observed one included, whose difference is as large as the observed.
	PermutationP *float64

	McNemar *McNemar // nil where no answer is plainly right or wrong
}

// Compare compares a and b, answers to the same examples in the same order, by
// score n. It returns an error if they have no such score, and panics if their
// lengths or kinds differ. It takes O(samples · a.Len()).
func Compare(a, b Sample, n Name) (Comparison, error) {
	if err := Check(a, n); err != nil {
		return Comparison{}, err
	}
	if a.Len() != b.Len() || fmt.Sprintf("%T", a) != fmt.Sprintf("%T", b) {
		panic("metrics: Compare of samples of different kinds or lengths")
	}
	var c Comparison
	if r := a.right(); r != nil {
		m := NewMcNemar(r, b.right())
		c.McNemar = &m
	}
	va, okA := a.Scores().Get(n)
	vb, okB := b.Scores().Get(n)
	if okA {
		c.A = &va
	}
	if okB {
		c.B = &vb
	}
	if !okA || !okB {
		return c, nil
	}
	d := vb - va
	c.Difference = &d

	diffs := bootstrap(a.Len(), BootstrapSamples, func() func([]uint32) (float64, bool) {
		fa, fb := a.weighted(n), b.weighted(n)
		return func(w []uint32) (float64, bool) {
			x, okX := fa(w)
			y, okY := fb(w)
			return y - x, okX && okY
		}
	})
	if p, ok := bootstrapP(diffs); ok {
		c.BootstrapP = &p
	}
	if in, ok := percentiles(diffs); ok {
		c.Interval = &in
	}
	p := permutationP(a, b, n, math.Abs(d))
	c.PermutationP = &p
	return c, nil
}

// same is how near two differences of scores count as equal: they are sums of
// the same numbers in another order.
const same = 1e-12

func bootstrapP(diffs []float64) (float64, bool) {
	var low, high, n int
	for _, d := range diffs {
		if math.IsNaN(d) {
			continue
		}
		n++
		if d <= same {
			low++
		}
		if d >= -same {
			high++
		}
	}
	return min(1, 2*float64(1+min(low, high))/float64(n+1)), n > 0
}

func permutationP(a, b Sample, n Name, observed float64) float64 {
	as := make([]bool, PermutationSamples)
	eachSample(PermutationSamples, func() func(int) {
		f := a.swapped(b, n)
		return func(i int) {
			x, y, ok := f(newStream(^uint64(seed), i))
			// An undefined score could be anything: it counts against the difference.
			as[i] = !ok || math.Abs(y-x) >= observed-same
		}
	})
	hits := 1
	for _, v := range as {
		if v {
			hits++
		}
	}
	return float64(hits) / float64(PermutationSamples+1)
}
