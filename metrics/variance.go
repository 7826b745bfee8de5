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
	if d <= same && v.Total() <= same*same { // no difference, and no variance
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

// widest is how many of its standard errors the examples' chance is followed over, each
// way.
const widest = 9.0

// survival is the chance of more than d >= 0: an integral over the examples' chance,
// by the trapezoidal rule, which is exact to rounding for functions as smooth as these
// where its steps are as fine as the narrower chance.
func (v Variance) survival(d float64) float64 {
	examples, runs := math.Sqrt(v.Shared), math.Sqrt(v.Runs)
	if runs == 0 || math.IsInf(v.RunsDF, 1) {
		return math.Erfc(d/math.Sqrt(2*v.Total())) / 2 // gonum's is 0 from 8.3 standard errors on
	}
	t := student(v.RunsDF)
	if examples <= runs {
		sum, weights := 0.0, 0.0
		for z := -widest; z <= widest; z += 0.25 {
			w := distuv.UnitNormal.Prob(z)
			sum += float64(w * t.Survival((d-float64(examples*z))/runs))
			weights += w
		}
		return sum / weights
	}
	// z = at + ratio * sinh(x): steps grow with the distance from where the runs decide.
	ratio, at := runs/examples, d/examples
	step, sum := min(0.15, 0.5/math.Hypot(ratio, at)), 0.0
	for x := math.Asinh((-widest - at) / ratio); x <= math.Asinh((widest-at)/ratio); x += step {
		sinh := math.Sinh(x)
		sum += float64(distuv.UnitNormal.Prob(at+float64(ratio*sinh)) * t.CDF(sinh) * ratio * math.Cosh(x))
	}
	return sum * step
}

// quantile is the deviation that a share of p >= 0.5 does not exceed.
func (v Variance) quantile(p float64) float64 {
	if v.Runs == 0 || math.IsInf(v.RunsDF, 1) {
		return distuv.UnitNormal.Quantile(p) * math.Sqrt(v.Total())
	}
	// Between the larger chance's quantile and both together, by false position with
	// Illinois's halving.
	low := max(distuv.UnitNormal.Quantile(p)*math.Sqrt(v.Shared), student(v.RunsDF).Quantile(p)*math.Sqrt(v.Runs))
	high := v.Reach(2 * (1 - p))
	above := func(d float64) float64 { return math.Log(v.survival(d) / (1 - p)) }
	atLow, atHigh, last := above(low), above(high), 0
	for range 60 {
		if atLow <= 0 || high-low <= 1e-12*high {
			return low
		}
		if atHigh >= 0 {
			return high
		}
		mid := low + float64((high-low)*atLow)/(atLow-atHigh)
		switch at := above(mid); {
		case math.Abs(at) < 1e-10:
			return mid
		case at > 0:
			low, atLow = mid, at
			if last > 0 {
				atHigh /= 2
			}
			last = 1
		default:
			high, atHigh = mid, at
			if last < 0 {
				atLow /= 2
			}
			last = -1
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
