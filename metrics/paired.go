package metrics

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
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
	// bootstrap over examples; of several, the hierarchical bootstrap over runs
	// and examples, as wide as both variances and Student's quantile for few
	// runs ask. Of manyValues numbers and more samples are drawn from the normal
	// distribution that the bootstrap's approaches.
	Interval *Interval

	// BootstrapP is two-sided. Of one run a side it is twice the smaller share of
	// bootstrap differences on either side of 0, both counting 0 and the observed
	// sample; of several, Student's, from the hierarchical bootstrap's variance.
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

// Variance is where the chance in a difference comes from.
type Variance struct {
	Examples float64 // of the mean over runs, other examples being drawn
	Shared   float64 // the part of it that more runs would not reduce
	Runs     float64 // of the mean over runs, others being trained; 0 of one run a side
	DF       float64 // degrees of freedom of Total; +Inf of one run a side
}

// Total is the difference's variance: both chances.
func (v Variance) Total() float64 { return v.Shared + v.Runs }

// Compare compares sides a and b, each of whose samples is one run's answers to
// the same examples in the same order, by score n. paired says that run i of
// both sides has the same chances (order of data), of as many runs. It returns an
// error if they have no such score, and panics if lengths or kinds differ.
func Compare(a, b []Sample, paired bool, n Name) (Comparison, error) {
	return compareBy(a, b, paired, n, effort{BootstrapSamples, PermutationSamples})
}

// CompareGroup is Compare of a part of the examples, one of many: the bootstrap
// with IntervalSamples, and no permutation test.
func CompareGroup(a, b []Sample, paired bool, n Name) (Comparison, error) {
	return compareBy(a, b, paired, n, effort{bootstrap: IntervalSamples})
}

// effort is how many samples tests take.
type effort struct{ bootstrap, permutation int }

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
	c.Difference = &d
	values := newPanel(runs, n).replicates(e.bootstrap)
	if single {
		c.single(a[0], b[0], n, values, e.permutation)
	} else {
		c.several(values, paired && len(a) == len(b))
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
	c.Variance = Variance{Examples: variance(diffs), Shared: variance(diffs), DF: math.Inf(1)}
	both := intervals([]Sample{a, b}, n)
	c.IntervalA, c.IntervalB = both[0], both[1]
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
	if in, ok := percentiles(diffs); ok {
		c.Interval = &in
	}
}

// tail is the two-sided p of the normal distribution, of two runs and n examples. It is
// no less than when all examples speak for one run, or than McNemar's exact test's.
func (c *Comparison) tail(n int) float64 {
	p := 2 * distuv.UnitNormal.Survival(math.Abs(*c.Difference)/math.Sqrt(c.Variance.Total()))
	p = max(p, math.Ldexp(1, 1-n))
	if c.McNemar != nil {
		p = max(p, c.McNemar.Exact)
	}
	return p
}

// several fills in the tests of several runs.
func (c *Comparison) several(values [][]float64, paired bool) {
	a, b := side{c.RunsA, values[:len(c.RunsA)]}, side{c.RunsB, values[len(c.RunsA):]}
	c.IntervalA, c.IntervalB = a.interval(), b.interval()
	var in *Interval
	if paired {
		both := a.less(b)
		c.Variance = both.variance()
		in = both.intervalOf(c.Variance)
	} else {
		c.Variance = a.unpaired(b)
		in = a.intervalAgainst(b, c.Variance)
	}
	c.Interval = in
	t := math.Abs(*c.Difference) / math.Sqrt(c.Variance.Total())
	p := 2 * student(c.Variance.DF).Survival(t)
	if math.IsNaN(t) { // no difference, and no variance
		p = 1
	}
	c.BootstrapP, c.P = &p, &p
}

// student is the distribution of that many degrees of freedom.
func student(df float64) distuv.StudentsT {
	return distuv.StudentsT{Sigma: 1, Nu: min(df, 1e6)}
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
