package metrics

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// side is what several runs scored, and what each scored in every resampling of
// the examples.
type side struct {
	scores []float64   // of each run
	values [][]float64 // [run][sample]
}

// less returns the side of the runs' differences, run by run: b - a.
func (a side) less(b side) side {
	d := side{make([]float64, len(a.scores)), make([][]float64, len(a.scores))}
	for r := range a.scores {
		d.scores[r] = b.scores[r] - a.scores[r]
		d.values[r] = make([]float64, len(a.values[r]))
		for i, v := range a.values[r] {
			d.values[r][i] = b.values[r][i] - v
		}
	}
	return d
}

func (s side) runs() float64 { return float64(len(s.scores)) }

// means returns the mean over runs in every resampling.
func (s side) means() []float64 {
	m := make([]float64, len(s.values[0]))
	for _, v := range s.values {
		for i, x := range v {
			m[i] += x / s.runs()
		}
	}
	return m
}

// own returns the variance that resampling examples gives one run beside what
// it gives all of them alike: the mean over runs.
func (s side) own(means []float64) float64 {
	if len(s.scores) < 2 {
		return 0
	}
	sum := 0.0
	d := make([]float64, len(means))
	for _, v := range s.values {
		for i, x := range v {
			d[i] = x - means[i]
		}
		sum += variance(d)
	}
	return sum / (s.runs() - 1)
}

// variance splits the chance in the mean over runs. The variance between runs
// holds what each makes of its own of the examples; what the examples do to all
// runs alike comes on top.
func (s side) variance() Variance {
	means := s.means()
	v := Variance{Examples: variance(means), RunsDF: math.Inf(1)}
	v.Shared = max(0, v.Examples-s.own(means)/s.runs())
	if len(s.scores) < 2 {
		return v
	}
	if v.Runs = stat.Variance(s.scores, nil) / s.runs(); v.Runs > 0 {
		v.RunsDF = s.runs() - 1
	}
	return v
}

// unpaired splits the chance in b's mean less a's where runs are not paired. Of
// a single run's chance in training only the other side can say something.
func (a side) unpaired(b side) Variance {
	meansA, meansB := a.means(), b.means()
	d := make([]float64, len(meansA))
	for i := range d {
		d[i] = meansB[i] - meansA[i]
	}
	v := Variance{Examples: variance(d)}
	v.Shared = max(0, v.Examples-a.own(meansA)/a.runs()-b.own(meansB)/b.runs())
	msA, msB := a.between(b), b.between(a)
	v.Runs = msA/a.runs() + msB/b.runs()
	if len(a.scores) < 2 || len(b.scores) < 2 {
		v.RunsDF = welch(v.Runs, part{v.Runs, max(a.runs(), b.runs()) - 1})
	} else {
		v.parts = []part{{msA / a.runs(), a.runs() - 1}, {msB / b.runs(), b.runs() - 1}}
		v.RunsDF = welch(v.Runs, v.parts...)
	}
	return v
}

// between is the variance between a side's runs; of one run, the other side's.
func (s side) between(other side) float64 {
	if len(s.scores) < 2 {
		return stat.Variance(other.scores, nil)
	}
	return stat.Variance(s.scores, nil)
}

// drawn returns the means over runs of a hierarchical bootstrap: in every
// resampling of the examples, runs too are drawn with replacement. which keeps
// the draws of two sides apart.
func (s side) drawn(which uint64) []float64 {
	m := make([]float64, len(s.values[0]))
	for i := range m {
		st := newStream(seed^(0x5eed+which), i)
		for k := range s.scores {
			m[i] += s.values[st.below(uint64(k), len(s.scores))][i]
		}
		m[i] /= s.runs()
	}
	return m
}

func (s side) interval() *Interval {
	return stretched(s.drawn(0), stat.Mean(s.scores, nil), s.variance())
}

// stretched returns the percentile interval of resampled values about the
// observed one, as wide as the variance and its distribution ask: drawing
// few runs with replacement shows too little of their variance, by one in as
// many as there are, and says nothing of how uncertain it is itself.
func stretched(values []float64, observed float64, v Variance) *Interval {
	factor := 1.0
	if sd := math.Sqrt(variance(values)); sd > 0 && v.Runs > 0 {
		factor = v.Half() / (sd * z95)
	}
	in, ok := percentiles(values)
	if !ok {
		return nil
	}
	return &Interval{observed + float64(factor*(in.Low-observed)), observed + float64(factor*(in.High-observed))}
}
