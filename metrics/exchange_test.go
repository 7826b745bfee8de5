package metrics

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// answered is a sample of n examples of which the given are right.
func answered(n int, right ...int) Sample {
	gold, pred := make([]int, n), slices.Repeat([]int{1}, n)
	for _, i := range right {
		pred[i] = 0
	}
	return NewLabels(gold, pred, 2)
}

// upTo are the examples 0 to n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// However many seeds are alike, so few examples decide no more than an exact test of them
// could; and what is said to be detectable is no less.
func TestFewExamplesOfSeveralRuns(t *testing.T) {
	for _, c := range []struct {
		n, differ int
		p         float64
	}{{2, 2, 0.5}, {5, 5, 1.0 / 16}, {6, 3, 0.25}, {6, 4, 0.125}, {6, 5, 1.0 / 16}, {6, 6, 1.0 / 32}, {1, 1, 1}} {
		for _, runs := range [][2]int{{1, 2}, {2, 2}, {3, 3}, {2, 5}} {
			for _, paired := range []bool{true, false} {
				a, b := slices.Repeat(one(answered(c.n)), runs[0]), slices.Repeat(one(answered(c.n, upTo(c.differ)...)), runs[1])
				got, err := Compare(a, b, paired, Accuracy)
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%d of %d examples, %v runs, paired %v", c.differ, c.n, runs, paired)
				if *got.P < c.p || c.differ == c.n && *got.P != c.p {
					t.Errorf("%s: p %v, want %v", name, *got.P, c.p)
				}
				if out := got.Interval.Low > 0; out != (*got.P < Level) {
					t.Errorf("%s: p %v beside %v", name, *got.P, *got.Interval)
				}
				if least := min(1, 6/float64(c.n)); got.Detectable(c.n, 1) < least {
					t.Errorf("%s: detectable %v, want %v", name, got.Detectable(c.n, 1), least)
				}
				if need := got.Need(c.n, runs[0], 1); need.Examples == nil && *got.P > Level && runs[0] > 1 || need.Runs != nil && c.n < 6 {
					t.Errorf("%s: needs %v examples, %v runs", name, need.Examples, need.Runs)
				}
			}
		}
	}
}

// Of twenty examples that all speak for one side, as many as are not tried one by one, p
// is the least that exchanges could show.
func TestMoreThanFewExamples(t *testing.T) {
	for _, n := range []int{few + 1, 20} {
		c, err := Compare(slices.Repeat(one(answered(n)), 3), slices.Repeat(one(answered(n, upTo(n)...)), 3), true, Accuracy)
		if err != nil || *c.P != math.Ldexp(1, 1-n) || c.Interval.Low <= 0 {
			t.Errorf("%d examples: %v, p %v beside %v", n, err, *c.P, *c.Interval)
		}
	}
}

// Runs that are all alike differ by nothing, whatever rounding makes of their means.
func TestMeansOfTheSame(t *testing.T) {
	for right := range 11 {
		s := answered(10, upTo(right)...)
		c, err := Compare(slices.Repeat(one(s), 3), slices.Repeat(one(s), 5), false, Accuracy)
		if err != nil || *c.P != 1 || *c.Difference != 0 || *c.Interval != (Interval{}) {
			t.Errorf("%d right: %v, difference %v, p %v beside %v", right, err, *c.Difference, *c.P, *c.Interval)
		}
	}
}

// Exchanges of several runs alike are those of one, whatever the score, which samples of
// the permutation test approach.
func TestExchangesOfRuns(t *testing.T) {
	w := world{apart: 1, draws: draws{stream: newStream(21, 21)}}
	const n = 10
	numbers := func() Sample {
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = float64(i)
			y[i] = x[i] + 4*w.normal()
		}
		return NewValues(x, y)
	}
	tags := func(hits ...int32) Sample {
		s := &Tags{}
		for _, h := range hits {
			c := entityCounts{hit: h, pred: 2, gold: 3}
			s.kept, s.full, s.exact = append(s.kept, c), append(s.full, c), append(s.exact, false)
		}
		return s
	}
	for _, c := range []struct {
		score Name
		a, b  Sample
	}{
		{Accuracy, answered(n, 0, 1, 2, 9), answered(n, 0, 3, 4, 5, 6, 7, 8, 9)},
		{MacroF1, NewLabels([]int{0, 0, 1, 1, 2, 2, 0, 1, 2, 0}, []int{1, 0, 1, 0, 2, 2, 0, 1, 0, 0}, 3),
			NewLabels([]int{0, 0, 1, 1, 2, 2, 0, 1, 2, 0}, []int{0, 0, 2, 1, 2, 2, 0, 0, 2, 0}, 3)},
		{F1, tags(0, 1, 2, 0, 2, 1, 1, 0), tags(1, 2, 1, 2, 2, 2, 1, 2)},
		{Spearman, numbers(), numbers()},
		{Pearson, numbers(), numbers()},
	} {
		x, _ := c.a.Scores().Get(c.score)
		y, _ := c.b.Scores().Get(c.score)
		want := permutationP(c.a, c.b, c.score, math.Abs(y-x), 20000)
		for _, runs := range [][2]int{{1, 1}, {2, 2}, {2, 3}} {
			all := append(slices.Repeat(one(c.a), runs[0]), slices.Repeat(one(c.b), runs[1])...)
			got := newPanel(all, c.score).exchangeP(runs[0], y-x)
			if !golden.Within(4*math.Sqrt(want*(1-want)/20000)).Near(got, want) {
				t.Errorf("%s, %v runs: p %v of all exchanges, %v of some", c.score, runs, got, want)
			}
		}
	}
}

// Examples that the sides answer alike, but in other seeds, do not count.
func TestDifferingExamples(t *testing.T) {
	runs := []Sample{answered(5, 0, 1), answered(5, 1, 2), answered(5, 1, 2), answered(5, 0, 1, 3)}
	if rows, n := newPanel(runs, Accuracy).differing(2); n != 1 || len(rows) != 1 {
		t.Errorf("%d differ, %v; want 1", n, rows)
	}
	if rows, n := newPanel([]Sample{answered(90), answered(90), answered(90, upTo(80)...)}, Accuracy).differing(2); n != 80 || len(rows) != few+1 {
		t.Errorf("%d differ, %v; want 80", n, rows)
	}
}

// A variance is widened to say the p it is asked to, whatever it is of, and never made
// smaller.
func TestWidened(t *testing.T) {
	for _, v := range []Variance{{RunsDF: math.Inf(1)}, {Examples: 1e-4, Shared: 1e-4, RunsDF: math.Inf(1)}, {Examples: 1e-4, Shared: 1e-4, Runs: 1e-6, RunsDF: 2},
		Variance{Shared: 1e-6, Runs: 1e-5, RunsDF: 1}.Plus(Variance{Runs: 1e-5, RunsDF: 4})} {
		for _, d := range []float64{0.3, -0.3} {
			near(t, fmt.Sprintf("%+v: p", v), v.widened(d, 0.25).P(d)/0.25, 1)
			if w := v.widened(d, v.P(d)); w.Total() != v.Total() {
				t.Errorf("%+v became %+v", v, w)
			}
		}
	}
}
