package metrics

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Variance is where the chance in a score, or in a difference of scores, comes from.
// What can be told by it, and from how many runs, is decided here and nowhere else: p
// and interval ask the same two questions, and the one that is harder to answer decides.
// Is the difference more than the runs' chance alone explains, by Student's distribution
// of their degrees of freedom? Is it more than both chances together explain, by
// Student's of the degrees of freedom that Satterthwaite gives the sum, in which the
// examples' are as good as infinite? The second alone takes two or three runs that lie
// near one another by luck for runs that hardly differ. Where the runs' chance is of
// sides known unequally well, of two runs and of five, each side's own is asked about
// too: the estimate of few runs is small by luck more often than a sum of both shows.
type Variance struct {
	Examples float64 // of the mean over runs, other examples being drawn
	Shared   float64 // the part of it that more runs would not reduce
	Runs     float64 // of the mean over runs, others being trained; 0 of one run a side
	RunsDF   float64 // its degrees of freedom; +Inf of one run a side
	parts    []part  // what Runs is the sum of; nil of one part
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

// stepped is the variance of scores that move by steps of one in so many examples:
// runs that agree in their score and not in every answer may differ by what rounding
// hides, whose variance is a twelfth of the step's square, a run (Sheppard 1898).
func (v Variance) stepped(examples, runs int) Variance {
	n := float64(examples)
	if least := 1 / (12 * n * n * float64(runs)); v.Runs < least && v.Examples > 0 {
		v.Runs = least
		if math.IsInf(v.RunsDF, 1) {
			v.RunsDF = float64(max(1, runs-1))
		}
	}
	return v
}

// Plus is the variance of the sum or the difference of two independent scores.
func (v Variance) Plus(w Variance) Variance {
	sum := Variance{Examples: v.Examples + w.Examples, Shared: v.Shared + w.Shared, Runs: v.Runs + w.Runs}
	sum.RunsDF = welch(sum.Runs, part{v.Runs, v.RunsDF}, part{w.Runs, w.RunsDF})
	sum.parts = slices.Concat(v.all(), w.all())
	return sum
}

// all are the parts of the runs' variance.
func (v Variance) all() []part {
	if v.parts == nil && v.Runs > 0 {
		return []part{{v.Runs, v.RunsDF}}
	}
	return v.parts
}

// unequal are the parts that are asked about alone: all, where some are known better
// than others.
func (v Variance) unequal() []part {
	if slices.ContainsFunc(v.parts, func(p part) bool { return p.df != v.parts[0].df }) {
		return v.parts
	}
	return nil
}

// Times is the variance of so many times the score.
func (v Variance) Times(factor float64) Variance {
	ff := factor * factor
	out := v.runsTimes(ff, 1)
	out.Examples, out.Shared = v.Examples*ff, v.Shared*ff
	return out
}

// runsTimes is the variance with so many times the runs', and so many times their degrees
// of freedom.
func (v Variance) runsTimes(variance, df float64) Variance {
	out := v
	out.Runs, out.RunsDF, out.parts = v.Runs*variance, v.RunsDF*df, nil
	for _, p := range v.parts {
		out.parts = append(out.parts, part{p.variance * variance, p.df * df})
	}
	return out
}

// widened is the variance by which a difference is no surer than p says.
func (v Variance) widened(difference, p float64) Variance {
	if v.P(difference) >= p {
		return v
	}
	if v.Total() == 0 {
		v = Variance{Examples: 1, Shared: 1, RunsDF: math.Inf(1)}
	}
	p = min(p, 0.9) // of p = 1 no finite width would do, and none is asked for
	return v.Times(difference / v.quantile(1-p/2))
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
	reach := quantileOf(math.Inf(1), 1-level/2) * math.Sqrt(v.Shared)
	if v.Runs > 0 {
		reach += quantileOf(v.RunsDF, 1-level/2) * math.Sqrt(v.Runs)
	}
	return reach
}

// survival is the chance of more than d >= 0.
func (v Variance) survival(d float64) float64 {
	both := survivalOf(v.df(), d/math.Sqrt(v.Total()))
	if v.Runs == 0 {
		return both
	}
	most := max(both, survivalOf(v.RunsDF, d/math.Sqrt(v.Runs)))
	for _, p := range v.unequal() {
		most = max(most, survivalOf(p.df, d/math.Sqrt(p.variance)))
	}
	return most
}

// quantile is the deviation that a share of p >= 0.5 does not exceed.
func (v Variance) quantile(p float64) float64 {
	both := quantileOf(v.df(), p) * math.Sqrt(v.Total())
	if v.Runs == 0 {
		return both
	}
	most := max(both, quantileOf(v.RunsDF, p)*math.Sqrt(v.Runs))
	for _, side := range v.unequal() {
		most = max(most, quantileOf(side.df, p)*math.Sqrt(side.variance))
	}
	return most
}

// df are the degrees of freedom of both chances together (Satterthwaite 1946).
func (v Variance) df() float64 {
	if v.Runs == 0 {
		return math.Inf(1)
	}
	share := v.Total() / v.Runs
	return v.RunsDF * share * share
}

// manyDF is from how many degrees of freedom on Student's distribution is the normal to
// the first order.
const manyDF = 1e4

// survivalOf is the chance that Student's number of so many degrees of freedom is more
// than t >= 0. gonum's normal is 0 from 8.3 on, and so is 1 less its CDF.
func survivalOf(df, t float64) float64 {
	if math.IsNaN(t) || math.IsInf(t, 1) {
		return 0 // of no variance
	}
	switch {
	case df <= manyDF:
		return student(df).CDF(-t)
	case t > 50: // less than the smallest number
		return 0
	}
	return math.Erfc(normalOf(df, t)/math.Sqrt2) / 2
}

// quantileOf is Student's quantile of a share p >= 0.5.
func quantileOf(df, p float64) float64 {
	z := distuv.UnitNormal.Quantile(p)
	if df > manyDF {
		return z + float64(z*(z*z+1)/(4*df))
	}
	return student(df).Quantile(p)
}

// normalOf is the normal number whose quantileOf is t.
func normalOf(df, t float64) float64 {
	z := t
	for range 12 { // nearer by a factor of df/z² each time
		z = t - float64(z*(z*z+1)/(4*df))
	}
	return z
}

// student is the distribution of that many degrees of freedom.
func student(df float64) distuv.StudentsT {
	return distuv.StudentsT{Sigma: 1, Nu: min(df, 1e6)}
}

// part is a part of a variance, and its degrees of freedom.
type part struct{ variance, df float64 }

// welch returns the degrees of freedom of a sum of estimated variances: no fewer than of
// the part known worst, no more than of all together. Welch's first formula takes squares
// of estimates for squares of variances, which asks too much of two runs; his second
// (Aspin and Welch 1949), which has 2 for spare here, asks too little of more.
func welch(total float64, parts ...part) float64 {
	least, most := math.Inf(1), 0.0
	for _, p := range parts {
		if p.variance > 0 {
			least, most = min(least, p.df), most+p.df
		}
	}
	if most == 0 {
		return math.Inf(1)
	}
	spare, sum := 2/(least*least), 0.0
	for _, p := range parts {
		sum += float64(p.variance*p.variance) / (p.df + spare)
	}
	return min(max(float64(total*total)/sum-spare, least), most)
}
