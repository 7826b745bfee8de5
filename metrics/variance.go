package metrics

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Variance is where the chance in a score, or in a difference of scores, comes from.
// What can be told by it, and from how many runs, is decided here and nowhere else:
// the examples' chance is normal, the runs' Student's of few degrees of freedom, and
// their sum has the distribution of Behrens and Fisher. It asks more than Student's of
// pooled degrees of freedom, which takes two or three runs that lie near one another by
// luck for runs that hardly differ.
type Variance struct {
	Examples float64 // of the mean over runs, other examples being drawn
	Shared   float64 // the part of it that more runs would not reduce
	Runs     float64 // of the mean over runs, others being trained; 0 of one run a side
	RunsDF   float64 // its degrees of freedom; +Inf of one run a side
}

// ScoreVariance is the variance of a mean over runs, of which are known the
// standard error that other examples give it and the standard deviation between
// the runs; of one run that says nothing.
func ScoreVariance(examples, sd float64, runs int) Variance {
	v := Variance{Examples: examples * examples, Shared: examples * examples, RunsDF: math.Inf(1)}
	if runs > 1 && sd > 0 {
		v.Runs, v.RunsDF = sd*sd/float64(runs), float64(runs-1)
	}
	return v
}

// Total is the variance by both chances.
func (v Variance) Total() float64 { return v.Shared + v.Runs }

// Plus is the variance of the sum or the difference of two independent scores.
func (v Variance) Plus(w Variance) Variance {
	sum := Variance{Examples: v.Examples + w.Examples, Shared: v.Shared + w.Shared, Runs: v.Runs + w.Runs}
	sum.RunsDF = welch(sum.Runs, part{v.Runs, v.RunsDF}, part{w.Runs, w.RunsDF})
	return sum
}

// Times is the variance of so many times the score.
func (v Variance) Times(factor float64) Variance {
	ff := factor * factor
	return Variance{Examples: v.Examples * ff, Shared: v.Shared * ff, Runs: v.Runs * ff, RunsDF: v.RunsDF}
}

// P is the two-sided p-value of a difference of that variance.
func (v Variance) P(difference float64) float64 {
	d := math.Abs(difference)
	if d == 0 && v.Total() == 0 { // no difference, and no variance
		return 1
	}
	return 2 * v.survival(d)
}

// Half is half the width of the 95 % interval.
func (v Variance) Half() float64 { return v.quantile(0.975) }

// Reach is how far a score may lie from its expectation at a two-sided level,
// whatever it depends on: the reaches of both chances, one after the other.
func (v Variance) Reach(level float64) float64 {
	reach := distuv.UnitNormal.Quantile(1-level/2) * math.Sqrt(v.Shared)
	if v.Runs > 0 {
		reach += student(v.RunsDF).Quantile(1-level/2) * math.Sqrt(v.Runs)
	}
	return reach
}

// Strips of the integral over the examples' chance: Simpson's rule from -8 to 8
// standard errors.
const (
	strips = 128
	widest = 8.0
)

// survival is the chance of more than d >= 0.
func (v Variance) survival(d float64) float64 {
	examples, runs := math.Sqrt(v.Shared), math.Sqrt(v.Runs)
	t := student(v.RunsDF)
	switch {
	case runs == 0 || math.IsInf(v.RunsDF, 1):
		return distuv.UnitNormal.Survival(d / math.Sqrt(v.Total()))
	case examples < 1e-6*runs:
		return t.Survival(d / runs)
	}
	sum, weights := 0.0, 0.0
	for k := range strips + 1 {
		z := widest * (2*float64(k)/strips - 1)
		w := distuv.UnitNormal.Prob(z)
		switch {
		case k == 0 || k == strips:
		case k%2 == 1:
			w *= 4
		default:
			w *= 2
		}
		sum += float64(w * t.Survival((d-float64(examples*z))/runs))
		weights += w
	}
	return sum / weights
}

// quantile is the deviation that a share of p >= 0.5 does not exceed.
func (v Variance) quantile(p float64) float64 {
	if v.Runs == 0 || math.IsInf(v.RunsDF, 1) {
		return distuv.UnitNormal.Quantile(p) * math.Sqrt(v.Total())
	}
	low, high := 0.0, v.Reach(2*(1-p))
	for range 60 {
		if mid := (low + high) / 2; v.survival(mid) > 1-p {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// student is the distribution of that many degrees of freedom.
func student(df float64) distuv.StudentsT {
	return distuv.StudentsT{Sigma: 1, Nu: min(df, 1e6)}
}

// part is a part of a variance, and its degrees of freedom.
type part struct{ variance, df float64 }

// welch returns the degrees of freedom of a sum of variances, by Welch and
// Satterthwaite; parts that are known well are not listed.
func welch(total float64, parts ...part) float64 {
	sum := 0.0
	for _, p := range parts {
		sum += float64(p.variance*p.variance) / p.df
	}
	if sum == 0 {
		return math.Inf(1)
	}
	return float64(total*total) / sum
}
