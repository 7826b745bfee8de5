package metrics

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Samples of a comparison: p-values down to about 1e-4, below which Comparison.P goes
// on by the normal distribution.
const (
	BootstrapSamples   = 10000
	PermutationSamples = 10000
)

// Level is the probability of a false alarm that tests keep to.
const Level = 0.05

// Power is the probability with which a detectable difference is found.
const Power = 0.8

// Comparison is what two sides' answers to the same examples say about the
// difference of one score. A side is one run, or several that differ in their
// seed. Nil means undefined.
type Comparison struct {
	A, B       *float64  // means over runs
	RunsA      []float64 // every run's score, where all are defined
	RunsB      []float64
	IntervalA  *Interval
	IntervalB  *Interval
	Difference *float64 // B - A

	// Interval is the difference's: of one run a side, the paired percentile
	// bootstrap over examples, which leaves out 0 wherever P is not above Level; of
	// several, what Variance, of the hierarchical bootstrap over runs and examples,
	// gives on either side, wider by as much as P is more than Variance.P, so that it
	// leaves out 0 exactly where P is below Level.
	Interval *Interval

	// Normal says that nothing was resampled: of manyValues numbers and more,
	// interval and tests are by the normal distributions that resampling approaches.
	Normal bool

	// BootstrapP is two-sided. Of one run a side it is twice the smaller share of
	// bootstrap differences on either side of 0, both counting 0 and the observed
	// sample; of several, Variance.P, from the hierarchical bootstrap's variance, but no
	// less than exchanges of the sides' answers to few examples could show.
	BootstrapP *float64
	// PermutationP is the share of random exchanges of the two runs' answers, the
	// observed one included, whose difference is as large as the observed; nil of
	// several runs, for it knows nothing of the chance in training.
	PermutationP *float64
	// P is what a verdict rests on: the larger of both. Where not one sample of either
	// is as extreme as the difference, it is the tail of the normal distribution, but no
	// less than an exact test could show: of hundreds of comparisons that are corrected
	// together none could be decided by the samples' own least p.
	P *float64

	McNemar *McNemar // of one run a side, where answers are plainly right or wrong

	Variance Variance
}

// Compare compares sides a and b, each of whose samples is one run's answers to
// the same examples in the same order, by score n. paired says that run i of
// both sides has the same chances (order of data), of as many runs. It returns an
// error if they have no such score, and panics if lengths or kinds differ.
func Compare(a, b []Sample, paired bool, n Name) (Comparison, error) {
	return compareBy(a, b, paired, n, effort{BootstrapSamples, PermutationSamples, manyValues})
}

// CompareGroup is Compare of a part of the examples, one of many: the bootstrap
// with IntervalSamples, and no permutation test.
func CompareGroup(a, b []Sample, paired bool, n Name) (Comparison, error) {
	return compareBy(a, b, paired, n, effort{bootstrap: IntervalSamples, many: manyValues})
}

// effort is how many samples tests take, and from how many numbers on they take none.
type effort struct{ bootstrap, permutation, many int }

func compareBy(a, b []Sample, paired bool, n Name, e effort) (Comparison, error) {
	if err := Check(a[0], n); err != nil {
		return Comparison{}, err
	}
	runs := slices.Concat(a, b)
	for _, r := range runs {
		if r.Len() != runs[0].Len() || fmt.Sprintf("%T", r) != fmt.Sprintf("%T", runs[0]) {
			panic("metrics: Compare of samples of different kinds or lengths")
		}
	}
	var c Comparison
	single := len(runs) == 2
	if r := a[0].right(); r != nil && single {
		m := NewMcNemar(r, b[0].right())
		c.McNemar = &m
	}
	var okA, okB bool
	c.RunsA, c.A, okA = scoresByRun(a, n)
	c.RunsB, c.B, okB = scoresByRun(b, n)
	if !okA || !okB {
		return c, nil
	}
	d := *c.B - *c.A
	if math.Abs(d) <= same { // means over three runs and over five of the same scores
		d = 0
	}
	c.Difference = &d
	p := newPanel(runs, n)
	p.many = e.many
	c.Normal = p.isNormal()
	values := p.replicates(e.bootstrap)
	if single {
		c.single(a[0], b[0], n, values, e.permutation)
	} else {
		c.several(values, paired && len(a) == len(b), n, p)
	}
	return c, nil
}

// scoresByRun returns every run's score and their mean; false, and what is
// defined, if any is undefined.
func scoresByRun(runs []Sample, n Name) (scores []float64, mean *float64, ok bool) {
	sum := 0.0
	for _, r := range runs {
		v, ok := r.Scores().Get(n)
		if !ok {
			return nil, nil, false
		}
		scores = append(scores, v)
		sum += v
	}
	sum /= float64(len(runs))
	return scores, &sum, true
}

// single fills in the tests of one run a side.
func (c *Comparison) single(a, b Sample, n Name, values [][]float64, permutations int) {
	diffs := make([]float64, len(values[0]))
	for i := range diffs {
		diffs[i] = values[1][i] - values[0][i]
	}
	c.Variance = Variance{Examples: variance(diffs), Shared: variance(diffs), RunsDF: math.Inf(1)}
	both := intervals([]Sample{a, b}, n)
	c.IntervalA, c.IntervalB = both[0], both[1]
	if c.Normal {
		c.normalTests(a, b, n, diffs, permutations)
	} else {
		c.resampledTests(a, b, n, diffs, permutations)
	}
	if in, ok := percentiles(diffs); ok {
		c.Interval = &in
	}
}

// resampledTests fills in the tests of one run a side by resampling.
func (c *Comparison) resampledTests(a, b Sample, n Name, diffs []float64, permutations int) {
	larger := 0.0
	if permutations > 0 {
		p := permutationP(a, b, n, math.Abs(*c.Difference), permutations)
		c.PermutationP, larger = &p, p
	}
	if q, ok := bootstrapP(diffs); ok {
		larger = max(larger, q)
		c.BootstrapP = &q
		if permutations > 0 && *c.PermutationP == 1/float64(permutations+1) && q == 2/float64(len(diffs)+1) {
			larger = min(larger, c.tail(a.Len()))
		}
	}
	c.P = &larger
}

// normalTests fills in what the tests of one run a side approach. The bootstrap's is of
// the draws that its interval is of, beyond which it is the tail.
func (c *Comparison) normalTests(a, b Sample, n Name, diffs []float64, permutations int) {
	q, ok := bootstrapP(diffs)
	if !ok || q == 2/float64(len(diffs)+1) {
		q = c.tail(a.Len())
	}
	larger := q
	if permutations > 0 {
		p := Variance{Shared: exchangeVariance(a.(*Values), b.(*Values), n), RunsDF: math.Inf(1)}.P(*c.Difference)
		c.PermutationP, larger = &p, max(q, p)
	}
	c.BootstrapP, c.P = &q, &larger
}

// tail is the two-sided p of the normal distribution, of two runs and n examples. It is
// no less than when all examples speak for one run, or than McNemar's exact test's.
func (c *Comparison) tail(n int) float64 {
	p := max(c.Variance.P(*c.Difference), math.Ldexp(1, 1-n))
	if c.McNemar != nil {
		p = max(p, c.McNemar.Exact)
	}
	return p
}

// several fills in the tests of several runs, whose answers are in the panel.
func (c *Comparison) several(values [][]float64, paired bool, n Name, answers *panel) {
	low, high := n.Range()
	a, b := side{c.RunsA, values[:len(c.RunsA)]}, side{c.RunsB, values[len(c.RunsA):]}
	c.IntervalA, c.IntervalB = a.interval().within(low, high), b.interval().within(low, high)
	if paired {
		c.Variance = a.less(b).variance()
	} else {
		c.Variance = a.unpaired(b)
	}
	c.Variance = c.Variance.stepped(answers.n, min(len(a.scores), len(b.scores)))
	d := *c.Difference
	p := max(c.Variance.P(d), answers.exchangeP(len(a.scores), d))
	half := c.Variance.widened(d, p).Half()
	c.Interval = (&Interval{d - half, d + half}).within(low-high, high-low)
	c.BootstrapP, c.P = &p, &p
}

// variance leaves out NaN.
func variance(x []float64) float64 {
	x = slices.DeleteFunc(slices.Clone(x), math.IsNaN)
	if len(x) < 2 {
		return 0
	}
	return stat.Variance(x, nil)
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

func permutationP(a, b Sample, n Name, observed float64, samples int) float64 {
	as := make([]bool, samples)
	eachSample(samples, func() func(int) {
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
	return float64(hits) / float64(samples+1)
}
