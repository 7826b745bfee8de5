package metrics

import (
	"math"
	"slices"
)

// Interval is a 95 % interval, both ends included.
type Interval struct{ Low, High float64 }

// within returns the interval without what no score can be; nil stays nil.
func (in *Interval) within(low, high float64) *Interval {
	if in == nil {
		return nil
	}
	return &Interval{max(low, min(high, in.Low)), max(low, min(high, in.High))}
}

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
// score is undefined are left out. It takes O(IntervalSamples · s.Len()), of
// manyValues numbers and more O(s.Len()·log(s.Len())).
func Interval95(s Sample, n Name) (Interval, bool) {
	in := intervals([]Sample{s}, n)[0]
	if in == nil {
		return Interval{}, false
	}
	return *in, true
}

// intervals returns what Interval95 does of each sample, nil for false, and
// draws the examples once for all, which have equal lengths.
func intervals(samples []Sample, n Name) []*Interval {
	out := make([]*Interval, len(samples))
	var left []int // those whose score is not accuracy
	for k, s := range samples {
		switch v, ok := s.Scores().Get(n); {
		case !ok:
		case n == Accuracy:
			in := Wilson(int(math.Round(v*float64(s.Len()))), s.Len())
			out[k] = &in
		default:
			left = append(left, k)
		}
	}
	values := make([][]float64, len(left))
	if len(left) > 0 {
		bootstrap(samples, n, left, values)
	}
	for j, k := range left {
		if in, ok := percentiles(values[j]); ok {
			out[k] = &in
		}
	}
	return out
}

// bootstrap sets values[j] to the scores of samples[of[j]] in every resampling,
// NaN where undefined.
func bootstrap(samples []Sample, n Name, of []int, values [][]float64) {
	if _, numbers := samples[0].(*Values); numbers && samples[0].Len() >= manyValues {
		p := &panel{score: n, n: samples[0].Len()}
		for _, k := range of {
			p.runs = append(p.runs, samples[k])
		}
		copy(values, p.normal(IntervalSamples))
		return
	}
	for j := range values {
		values[j] = make([]float64, IntervalSamples)
	}
	eachSample(IntervalSamples, func() func(int) {
		w := make([]uint32, samples[0].Len())
		scores := make([]func([]uint32) (float64, bool), len(of))
		for j, k := range of {
			scores[j] = samples[k].weighted(n)
		}
		return func(i int) {
			newStream(seed, i).resample(w)
			for j, f := range scores {
				v, ok := f(w)
				if !ok {
					v = math.NaN()
				}
				values[j][i] = v
			}
		}
	})
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
