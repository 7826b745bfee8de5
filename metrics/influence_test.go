package metrics

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lmkor/bench/internal/golden"
)

// numbersOf draws gold with ties, as scores from 0 to 5 by halves, and two runs of
// which the second leans on the first.
func numbersOf(n int) (a, b *Values) {
	w := world{draws: draws{stream: newStream(5, n)}}
	gold, x, y := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range gold {
		gold[i] = math.Floor(11*w.draws.unit()) / 2
		x[i] = gold[i] + w.normal()
		y[i] = math.Round(2*(x[i]+w.normal())) / 2
	}
	return NewValues(gold, x), NewValues(gold, y)
}

// An influence is the derivative of the score: one more of an example among very
// many of each.
func TestInfluencesAreDerivatives(t *testing.T) {
	const of = 4000
	_, s := numbersOf(60)
	for _, n := range []Name{Spearman, Pearson} {
		got, score, ok := s.influences(n)
		if want, _ := s.Scores().Get(n); !ok || score != want {
			t.Fatalf("%s: %v, %v, want %v", n, score, ok, want)
		}
		f := s.weighted(n)
		w := make([]uint32, s.Len())
		for i := range w {
			w[i] = of
		}
		before, _ := f(w)
		for i := range w {
			w[i]++
			after, _ := f(w)
			w[i]--
			near(t, fmt.Sprintf("%s: influence of %d", n, i), math.Round(got[i]*50), math.Round((after-before)*float64(of*len(w))*50))
		}
	}
}

// The normal distribution has the bootstrap's spread, of both runs and of what one
// has more than the other, and its middle.
func TestNormalIsTheBootstraps(t *testing.T) {
	a, b := numbersOf(1900)
	for _, n := range []Name{Spearman, Pearson} {
		p := newPanel([]Sample{a, b, a}, n)
		want, got := p.replicates(4000), p.normal(4000)
		less := func(v [][]float64) []float64 {
			d := make([]float64, len(v[0]))
			for i := range d {
				d[i] = v[1][i] - v[0][i]
			}
			return d
		}
		for name, x := range map[string][2][]float64{"first": {want[0], got[0]}, "second": {want[1], got[1]}, "difference": {less(want), less(got)}} {
			sd := stat.StdDev(x[0], nil)
			if r := stat.StdDev(x[1], nil) / sd; !golden.Within(0.05).Near(r, 1) || !golden.Within(0.1*sd).Near(stat.Mean(x[1], nil), stat.Mean(x[0], nil)) {
				t.Errorf("%s, %s: %v of the spread, mean %v, want %v", n, name, r, stat.Mean(x[1], nil), stat.Mean(x[0], nil))
			}
			want, _ := percentiles(slices.Clone(x[0]))
			got, _ := percentiles(slices.Clone(x[1]))
			if !golden.Within(0.12*sd).Near(got.Low, want.Low) || !golden.Within(0.12*sd).Near(got.High, want.High) {
				t.Errorf("%s, %s: %v, want %v", n, name, got, want)
			}
		}
		for i := range got[0] {
			if !golden.Within(1e-9).Near(got[2][i], got[0][i]) {
				t.Fatalf("%s: a run beside itself moves otherwise: %v, %v", n, got[2][i], got[0][i])
			}
		}
	}
}

// Exchanged by fair coins, runs differ as much as their variance says.
func TestExchangesAreNormal(t *testing.T) {
	a, b := numbersOf(1900)
	for _, n := range []Name{Spearman, Pearson} {
		f := a.swapped(b, n)
		var diffs []float64
		for i := range 3000 {
			x, y, _ := f(newStream(9, i))
			diffs = append(diffs, y-x)
		}
		want := stat.StdDev(diffs, nil)
		if got := math.Sqrt(exchangeVariance(a, b, n)); !golden.Within(0.05).Near(got/want, 1) || !golden.Within(0.1*want).Near(stat.Mean(diffs, nil), 0) {
			t.Errorf("%s: %v, want %v about 0, not %v", n, got, want, stat.Mean(diffs, nil))
		}
		for _, d := range []float64{0.5, 1, 2, 2.5} {
			p := Variance{Shared: exchangeVariance(a, b, n), RunsDF: math.Inf(1)}.P(d * want)
			as := 0.0
			for _, x := range diffs {
				if math.Abs(x) >= d*want {
					as += 1 / float64(len(diffs))
				}
			}
			if !golden.Within(3*math.Sqrt(as*(1-as)/3000)+0.01).Near(p, as) {
				t.Errorf("%s: p %v of %v standard errors, want %v", n, p, d, as)
			}
		}
	}
}

// Of many numbers nothing is resampled, and it is said.
func TestManyNumbersAreNormal(t *testing.T) {
	for n, want := range map[int]bool{manyValues - 1: false, manyValues: true} {
		a, b := numbersOf(n)
		c, err := compareBy(one(a), one(b), false, Spearman, effort{300, 300, manyValues})
		if err != nil || c.Normal != want {
			t.Errorf("of %d: %v, %v", n, c.Normal, err)
		}
	}
	a, _ := numbersOf(manyValues)
	c, _ := Compare(one(a), one(a), false, Spearman)
	if *c.P != 1 || *c.PermutationP != 1 || c.Interval.Low != 0 || c.Interval.High != 0 {
		t.Errorf("a run beside itself: %v, %v, %v", *c.P, *c.PermutationP, *c.Interval)
	}
}

// A correlation of 1 by all but rounding has an interval and tests.
func TestAPerfectCorrelationIsNumbers(t *testing.T) {
	gold, a, b := make([]float64, 5000), make([]float64, 5000), make([]float64, 5000)
	for i := range gold {
		gold[i] = float64(i%51) / 10
		a[i], b[i] = float64(0.2*gold[i])+0.1, float64(0.3*gold[i])+0.7
	}
	x, y := NewValues(gold, a), NewValues(gold, b)
	for _, n := range []Name{Pearson, Spearman} {
		for _, v := range newPanel([]Sample{x, y}, n).normal(200) {
			for _, r := range v {
				if !golden.Within(1e-9).Near(r, 1) || r > 1 {
					t.Fatalf("%s: resampled to %v", n, r)
				}
			}
		}
		if in, ok := Interval95(x, n); !ok || !golden.Within(1e-9).Near(in.Low, 1) {
			t.Errorf("%s: %v, %v", n, in, ok)
		}
		c, err := Compare(one(x), one(y), false, n)
		if err != nil || *c.P != 1 || c.Interval == nil {
			t.Errorf("%s: %v, p %v, %v", n, err, *c.P, c.Interval)
		}
	}
}

// Far tails are small, and are not 0.
func TestFarTails(t *testing.T) {
	v := Variance{Shared: 1, RunsDF: math.Inf(1)}
	for d, want := range map[float64]float64{5: 5.733031437583878e-07, 10: 1.523970604832105e-23, 37: 1.1451142445050278e-299} { // Python's erfc(d / sqrt(2))
		near(t, fmt.Sprintf("p of %v standard errors", d), v.P(d)/want, 1)
	}
}

// Student's numbers are drawn as his quantiles say.
func TestDrawnStudents(t *testing.T) {
	const n = 200_000
	for _, df := range []float64{1, 2.5, 4, math.Inf(1)} {
		d := draws{stream: newStream(6, 6)}
		x := make([]float64, n)
		for i := range x {
			x[i] = d.student(df)
		}
		slices.Sort(x)
		for _, p := range []float64{0.025, 0.2, 0.5, 0.9, 0.975, 0.999} {
			at, _ := slices.BinarySearch(x, student(df).Quantile(p))
			if got := float64(at) / n; !golden.Within(4*math.Sqrt(p*(1-p)/n)).Near(got, p) {
				t.Errorf("%v degrees of freedom: %v below the quantile of %v", df, got, p)
			}
		}
	}
}

// A quantile is where the survival says so, by whichever chance is larger, and is no
// less than Student's or the normal's alone.
func TestQuantilesOfBothChances(t *testing.T) {
	for _, v := range []Variance{{Shared: 1, Runs: 1e-8, RunsDF: 1}, {Shared: 1, Runs: 0.3, RunsDF: 1}, {Shared: 1, Runs: 1, RunsDF: 4}, {Shared: 1e-9, Runs: 1, RunsDF: 2}, {Runs: 1, RunsDF: 2},
		{Shared: 1e-14, Runs: 1, RunsDF: 3}, {Shared: 1, RunsDF: math.Inf(1)}} {
		for _, p := range []float64{0.8, 0.975, 1 - 0.025/500} {
			q := v.quantile(p)
			near(t, fmt.Sprintf("%+v: share above the quantile of %v", v, p), v.survival(q)/(1-p), 1)
			least := max(math.Sqrt(v.Shared)*distuv.UnitNormal.Quantile(p), math.Sqrt(v.Runs)*student(v.RunsDF).Quantile(p))
			if q < least*(1-1e-9) || q > v.Reach(2*(1-p))*(1+1e-9) {
				t.Errorf("%+v: quantile of %v is %v, want at least %v", v, p, q, least)
			}
		}
	}
}

// Student's distribution of very many degrees of freedom goes over into the normal, and
// quantiles are where its tails say.
func TestManyDegreesOfFreedom(t *testing.T) {
	for _, df := range []float64{1, 2.5, 40, manyDF, manyDF + 1, 1e6, math.Inf(1)} {
		for _, p := range []float64{0.8, 0.975, 1 - 1e-6} {
			near(t, fmt.Sprintf("tail of %v degrees of freedom above the quantile of %v", df, p), survivalOf(df, quantileOf(df, p))/(1-p), 1)
		}
	}
	for _, x := range []float64{0.5, 2, 4} {
		if a, b := survivalOf(manyDF, x), survivalOf(manyDF+1, x); !golden.Within(1e-5).Near(a/b, 1) {
			t.Errorf("%v: %v, %v", x, a, b)
		}
	}
	if p := survivalOf(math.Inf(1), 40); p > 0 || survivalOf(1e5, 37) <= 0 || survivalOf(3, 1e6) <= 0 { // beyond the smallest number
		t.Errorf("far tails: %v, %v, %v", p, survivalOf(1e5, 37), survivalOf(3, 1e6))
	}
}

// Of few runs, means of equal expectation are taken for different no more often than
// the level says, beside a number that is known and beside one another, whichever chance
// is larger.
func TestFewRunsAreStudents(t *testing.T) {
	w := world{draws: draws{stream: newStream(8, 8)}}
	const rounds = 4000
	for _, c := range []struct {
		runs     int
		examples float64 // the standard error, in that between runs
	}{{2, 0.1}, {2, 0.3}, {2, 1}, {3, 0.1}, {3, 1}, {5, 0.1}, {5, 1}, {5, 10}} {
		runs, alone, both := c.runs, 0, 0
		score := func() (float64, Variance) {
			shared, x := c.examples*w.normal(), make([]float64, runs)
			for i := range x {
				x[i] = shared + w.normal()
			}
			return stat.Mean(x, nil), ScoreVariance(c.examples, stat.StdDev(x, nil), runs)
		}
		for range rounds {
			x, vx := score()
			y, vy := score()
			if vx.P(x) <= Level {
				alone++
			}
			if v := vx.Plus(vy); v.P(x-y) <= Level {
				both++
			}
		}
		for what, k := range map[string]int{"known": alone, "another": both} {
			if got, error3 := float64(k)/rounds, 3*math.Sqrt(Level*(1-Level)/rounds); got > Level+error3 || what == "known" && c.examples != 1 && got < Level-error3-0.01 {
				t.Errorf("%d runs, examples' error %v, beside %s: a false alarm in %.1f %%", runs, c.examples, what, 100*got)
			}
		}
	}
}

// Of very many numbers no test ranks them anew ten thousand times.
func BenchmarkCompareNumbers(b *testing.B) {
	x, y := numbersOf(50_000)
	for b.Loop() {
		if _, err := Compare([]Sample{x, y}, []Sample{y, x}, true, Spearman); err != nil {
			b.Fatal(err)
		}
	}
}
