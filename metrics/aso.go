package metrics

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// ASORuns is how many runs a side Almost Stochastic Order asks for.
const ASORuns = 5

// asoSamples are bootstrap samples behind its variance.
const asoSamples = 1000

// asoStep is the width of the strips of its integral, as deepsig has it.
const asoStep = 0.005

// AlmostOrder returns the minimal violation ε of Almost Stochastic Order (Dror,
// Shlomov, Reichart 2019) that can be claimed at 95 %: how far the scores a are
// from being stochastically larger than b. Below 0.5 a is almost larger, below
// 0.2 convincingly; 0.5 is what equal models give. It is false with fewer than
// ASORuns scores a side.
func AlmostOrder(a, b []float64) (epsilon float64, ok bool) {
	if len(a) < ASORuns || len(b) < ASORuns {
		return 0, false
	}
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	observed := violation(a, b)
	ratios := make([]float64, asoSamples)
	eachSample(asoSamples, func() func(int) {
		x, y := make([]float64, len(a)), make([]float64, len(b))
		return func(i int) {
			st := newStream(seed^0xa50, i)
			for k := range x {
				x[k] = a[st.below(uint64(k), len(a))]
			}
			for k := range y {
				y[k] = b[st.below(uint64(len(x)+k), len(b))]
			}
			slices.Sort(x)
			slices.Sort(y)
			ratios[i] = violation(x, y)
		}
	})
	for i := range ratios {
		ratios[i] -= observed
	}
	sd := math.Sqrt(stat.PopVariance(ratios, nil))
	const z = 1.6448536269514722 // the normal distribution's 0.95 quantile
	return max(0, min(1, observed+float64(sd*z))), true
}

// violation is the share of the squared Wasserstein distance between both
// distributions that lies where a's quantile is below b's; 1/2 of equal ones.
// Both are sorted.
func violation(a, b []float64) float64 {
	var against, all float64
	for i := range int(math.Ceil((1 - asoStep) / asoStep)) {
		t := asoStep + float64(float64(i)*asoStep)
		d := empirical(b, t) - empirical(a, t)
		all += float64(d * d)
		if d > 0 && i > 0 {
			against += float64(d * d)
		}
	}
	if all == 0 {
		return 0.5
	}
	return against / all
}

// empirical is the t-quantile of sorted values, one of them.
func empirical(sorted []float64, t float64) float64 {
	k := int(math.Ceil(float64(len(sorted))*t)) - 1
	return sorted[max(0, min(len(sorted)-1, k))]
}
