package metrics

import "math"

// Need is how much more data would decide an undecided comparison, were the
// difference what it was found to be; nil where no amount of it alone would.
type Need struct {
	Examples *int // beside those there are
	Runs     *int // a side, beside those there are
}

// fewest is how many examples two sides must answer otherwise, all to the good of
// one, for an exact test by the smallest level of that many tests: of one test six,
// for the chance of as many heads of fair coins, or tails, is 2 in 64.
func fewest(tests int) float64 { return math.Ceil(1 + math.Log2(float64(tests)/Level)) }

// Detectable returns the least difference that n examples could have shown with
// Power at Level, one of so many tests that are corrected together: as many
// standard errors as both quantiles together, and no less than fewest examples come to.
// Runs that agree by luck make it no less than the examples alone.
func (c Comparison) Detectable(n, tests int) float64 {
	return max(c.Variance.found(tests), min(1, fewest(tests)/float64(n)))
}

// found is how large a difference must be, to be found with Power by the smallest
// level of that many tests: by both chances as they were estimated, and by the
// examples' alone, which no number of runs does away with and which are known better.
func (v Variance) found(tests int) float64 {
	level := 1 - Level/float64(2*tests)
	alone := Variance{Shared: v.Examples, RunsDF: math.Inf(1)}
	return max(v.quantile(level)+v.quantile(Power), alone.quantile(level)+alone.quantile(Power))
}

// Need returns what would decide about the difference as it was found, of n
// examples and so many runs a side, one of so many tests that are corrected together.
func (c Comparison) Need(n, runs, tests int) Need {
	var need Need
	if c.Difference == nil || *c.Difference == 0 {
		return need
	}
	v, d := c.Variance, math.Abs(*c.Difference)
	if v.Runs == 0 {
		k := Variance{Examples: 1, Shared: 1, RunsDF: math.Inf(1)}.found(tests)
		m := max(math.Ceil(float64(n)*v.Examples*k*k/(d*d)), math.Ceil(fewest(tests)/d))
		need.Examples = beyond(n, m, labelled(n))
		return need
	}
	// Of the variance between runs, what each made of its own of the examples
	// falls with these.
	own := min(v.Runs, v.Examples-v.Shared)
	need.Examples = least(n, labelled(n), func(m float64) bool {
		share := float64(n) / m
		w := v.runsTimes((v.Runs-own+float64(own*share))/v.Runs, 1)
		w.Examples, w.Shared = v.Examples*share, v.Shared*share
		return w.found(tests) <= d && fewest(tests) <= float64(d*m)
	})
	need.Runs = least(runs, trained, func(m float64) bool {
		share := float64(runs) / m
		w := v.runsTimes(share, (m-1)/max(1, float64(runs-1)))
		w.Examples = v.Shared + float64((v.Examples-v.Shared)*share)
		return w.found(tests) <= d && fewest(tests) <= float64(d*float64(n))
	})
	return need
}

// trained is the most runs that anybody trains.
const trained = 1000

// labelled is the most examples that anybody labels who has n.
func labelled(n int) float64 { return max(100*float64(n), 1e7) }

// beyond is how many more than now m are, at least one; nil of more than the most.
func beyond(now int, m, most float64) *int {
	if !(m <= most) {
		return nil
	}
	more := max(1, int(m)-now)
	return &more
}

// least returns how many more than now would be enough, to a hundredth; nil where the
// most are not.
func least(now int, most float64, enough func(m float64) bool) *int {
	if !enough(most) {
		return nil
	}
	low, high := float64(now), float64(now+1)
	for !enough(high) {
		low, high = high, min(most, float64(now)+2*(high-float64(now)))
	}
	for high-low > max(1, (high-float64(now))/100) {
		if mid := math.Floor((low + high) / 2); enough(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return beyond(now, high, most)
}
