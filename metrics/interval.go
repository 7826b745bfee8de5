package metrics

import (
	"math"
	"slices"
)

// Interval is a 95 % interval, both ends included.
type Interval struct{ Low, High float64 }

// z95 is the normal distribution's 0.975 quantile.
const z95 = 1.959963984540054

// Wilson returns the 95 % score interval of a share of k in n (Wilson 1927),
// without continuity correction. It panics unless 0 <= k <= n and n > 0.
func Wilson(k, n int) Interval {
	if n <= 0 || k < 0 || k > n {
		panic("metrics: Wilson of a count outside its number")
	}
	p, m := float64(k)/float64(n), float64(n)
	zz := z95 * z95
	mid := p + zz/(2*m)
	half := z95 * math.Sqrt(p*(1-p)/m+zz/(4*m*m))
	scale := 1 + zz/m
	return Interval{max(0, (mid-half)/scale), min(1, (mid+half)/scale)}
}

// IntervalSamples is the number of bootstrap samples behind an interval.
const IntervalSamples = 2000

// seed is every resampling's: the same answers give the same interval.
const seed = 20190624

// Interval95 returns score n's 95 % interval: Wilson's for accuracy, the
// percentile bootstrap over examples for the rest. It is false where the score
// is undefined on s, or of another kind of task. Bootstrap samples on which the
// score is undefined are left out. It takes O(IntervalSamples · s.Len()).
func Interval95(s Sample, n Name) (Interval, bool) {
	if v, ok := s.Scores().Get(n); !ok {
		return Interval{}, false
	} else if n == Accuracy {
		return Wilson(int(math.Round(v*float64(s.Len()))), s.Len()), true
	}
	values := bootstrap(s.Len(), IntervalSamples, func() func(w []uint32) (float64, bool) { return s.weighted(n) })
	return percentiles(values)
}

// bootstrap returns the statistic of each sample, NaN where it is undefined.
func bootstrap(rows, samples int, statistic func() func(w []uint32) (float64, bool)) []float64 {
	values := make([]float64, samples)
	eachSample(samples, func() func(int) {
		w, f := make([]uint32, rows), statistic()
		return func(i int) {
			newStream(seed, i).resample(w)
			v, ok := f(w)
			if !ok {
				v = math.NaN()
			}
			values[i] = v
		}
	})
	return values
}

// percentiles returns the 2.5 and 97.5 % quantiles of the defined values; false
// if there are none. It sorts values.
func percentiles(values []float64) (Interval, bool) {
	values = slices.DeleteFunc(values, math.IsNaN)
	if len(values) == 0 {
		return Interval{}, false
	}
	slices.Sort(values)
	return Interval{quantile(values, 0.025), quantile(values, 0.975)}, true
}

// quantile interpolates between the two nearest of the sorted values, as
// NumPy's default does.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	lo := int(at)
	if lo+1 >= len(sorted) {
		return sorted[lo]
	}
	return sorted[lo] + float64((at-float64(lo))*(sorted[lo+1]-sorted[lo]))
}
