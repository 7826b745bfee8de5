package metrics

import "math"

// Need is how much more data would decide an undecided comparison, were the
// difference what it was found to be; nil where no amount of it alone would.
type Need struct {
	Examples *int // beside those there are
	Runs     *int // a side, beside those there are
}

// fewest is how many examples two runs must answer otherwise, all to the good of
// one, for an exact test by the smallest level of that many tests: of one test six,
// for the chance of as many heads of fair coins, or tails, is 2 in 64.
func fewest(tests int) float64 { return math.Ceil(1 + math.Log2(float64(tests)/Level)) }

// Detectable returns the least difference that n examples could have shown with
// Power at Level, one of so many tests that are corrected together: as many
// standard errors as both quantiles together, and of one run a side no less than
// fewest examples come to.
func (c Comparison) Detectable(n, tests int) float64 {
	d := c.Variance.found(tests)
	if c.Variance.Runs == 0 {
		d = max(d, min(1, fewest(tests)/float64(n)))
	}
	return d
}

// found is how large a difference must be, to be found with Power by the smallest
// level of that many tests.
func (v Variance) found(tests int) float64 {
	return v.quantile(1-Level/float64(2*tests)) + v.quantile(Power)
}

// Need returns what would decide about the difference as it was found, of n
// examples and so many runs a side, one of so many tests that are corrected together.
func (c Comparison) Need(n, runs, tests int) Need {
	var need Need
	if c.Difference == nil || *c.Difference == 0 {
		return need
	}
	v := c.Variance
	k := Variance{Shared: 1, RunsDF: math.Inf(1)}.found(tests)
	enough := *c.Difference * *c.Difference / float64(k*k) // the variance that would do
	more := func(now int, falls, stays float64) *int {
		if enough <= stays {
			return nil
		}
		m := math.Ceil(float64(now) * falls / (enough - stays))
		if now == n && v.Runs == 0 {
			m = max(m, math.Ceil(fewest(tests)/math.Abs(*c.Difference)))
		}
		m = max(1, m-float64(now))
		if m > 1e12 {
			return nil
		}
		whole := int(m)
		return &whole
	}
	// Of the variance between runs, what each made of its own of the examples
	// falls with these.
	own := v.Examples - v.Shared
	need.Examples = more(n, v.Examples, max(0, v.Runs-own))
	if v.Runs > 0 {
		need.Runs = more(runs, v.Runs, v.Shared)
	}
	return need
}
