package metrics

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// goldenComparison is what scripts/golden/comparison.py wrote.
type goldenComparison struct {
	Order []struct {
		A, B               []float64
		Violation, Epsilon float64
	}
	Kappa []struct {
		Classes     int
		Gold, A, B  []int
		Same, Kappa float64
	}
	Holm      []struct{ P, Corrected []float64 }
	Bootstrap []struct {
		Metric     Name
		Gold, A, B []int
		Interval   [2]float64
		Error      float64
	}
	Nemenyi []struct {
		Models, Tasks int
		Difference    float64
	}
}

// goldenResamplings is what scripts/golden/resampled.py wrote.
type goldenResamplings struct {
	MacroF1  []goldenResampled[[]int]      `json:"macro_f1"`
	F1       []goldenResampled[[][]string] // of sentences
	Spearman []goldenResampled[[]float64]
}

// goldenResampled is scipy's paired bootstrap of a difference, and its permutation test.
type goldenResampled[T any] struct {
	Gold, A, B           T
	Difference, Error, P float64
	Interval             [2]float64
}

// check compares two samples with what scipy says, within the noise of its 20,000
// samples and of our 10,000.
func (c goldenResampled[T]) check(t *testing.T, name string, n Name, a, b Sample) {
	t.Helper()
	got, err := Compare(one(a), one(b), false, n)
	if err != nil {
		t.Fatal(err)
	}
	near(t, name+": difference", *got.Difference, c.Difference)
	if se := math.Sqrt(got.Variance.Total()); !golden.Within(0.04).Near(se/c.Error, 1) {
		t.Errorf("%s: standard error %v, want %v", name, se, c.Error)
	}
	end := golden.Within(0.12 * c.Error)
	if !end.Near(got.Interval.Low, c.Interval[0]) || !end.Near(got.Interval.High, c.Interval[1]) {
		t.Errorf("%s: %v, want %v", name, *got.Interval, c.Interval)
	}
	noise := 4 * math.Sqrt(c.P*(1-c.P)*(1/float64(PermutationSamples)+1/20000.0))
	if !golden.Within(noise+3/float64(PermutationSamples)).Near(*got.PermutationP, c.P) {
		t.Errorf("%s: p %v of exchanges, want %v", name, *got.PermutationP, c.P)
	}
}

func TestGoldenComparison(t *testing.T) {
	for _, dir := range golden.Dirs(t, "metrics") {
		all := golden.JSON[goldenComparison](t, filepath.Join(dir, "comparison.json"))
		for i, c := range all.Order {
			name := fmt.Sprintf("almost stochastic order %d", i)
			near(t, name, violationOf(c.A, c.B), c.Violation)
			got, ok := AlmostOrder(c.A, c.B)
			if !ok || !golden.Within(0.04).Near(got, c.Epsilon) { // both are bootstraps of 1,000 samples
				t.Errorf("%s: ε %v, %v, want %v", name, got, ok, c.Epsilon)
			}
		}
		for i, c := range all.Kappa {
			got, _ := Agree(NewLabels(c.Gold, c.A, c.Classes), NewLabels(c.Gold, c.B, c.Classes))
			near(t, fmt.Sprintf("agreement %d", i), got.Same, c.Same)
			near(t, fmt.Sprintf("kappa %d", i), *got.Kappa, c.Kappa)
		}
		for _, c := range all.Holm {
			for i, got := range Holm(c.P) {
				near(t, fmt.Sprintf("Holm's %d of %d", i, len(c.P)), got, c.Corrected[i])
			}
		}
		for i, c := range all.Bootstrap {
			got, err := Compare(one(NewLabels(c.Gold, c.A, 3)), one(NewLabels(c.Gold, c.B, 3)), false, c.Metric)
			if err != nil {
				t.Fatal(err)
			}
			se := math.Sqrt(got.Variance.Total())
			if !golden.Within(0.04).Near(se/c.Error, 1) || !golden.Within(0.15*c.Error).Near(got.Interval.Low, c.Interval[0]) || !golden.Within(0.15*c.Error).Near(got.Interval.High, c.Interval[1]) {
				t.Errorf("bootstrap %d: %v, error %v; want %v, %v", i, *got.Interval, se, c.Interval, c.Error)
			}
		}
		for _, c := range all.Nemenyi {
			if got, ok := CriticalDifference(c.Models, c.Tasks); !ok || !golden.Within(0.005).Near(got, c.Difference) {
				t.Errorf("critical difference of %d models: %v, want %v", c.Models, got, c.Difference)
			}
		}
	}
}

func TestGoldenResamplings(t *testing.T) {
	for _, dir := range golden.Dirs(t, "metrics") {
		all := golden.JSON[goldenResamplings](t, filepath.Join(dir, "resampled.json"))
		if len(all.MacroF1)*len(all.F1)*len(all.Spearman) == 0 {
			t.Errorf("%s: no cases of a score", dir)
		}
		for i, c := range all.MacroF1 {
			c.check(t, fmt.Sprintf("macro F1 %d", i), MacroF1, NewLabels(c.Gold, c.A, 3), NewLabels(c.Gold, c.B, 3))
		}
		for i, c := range all.F1 {
			c.check(t, fmt.Sprintf("entity F1 %d", i), F1, NewTags(c.Gold, c.A, nil), NewTags(c.Gold, c.B, nil))
		}
		for i, c := range all.Spearman {
			c.check(t, fmt.Sprintf("Spearman %d", i), Spearman, NewValues(c.Gold, c.A), NewValues(c.Gold, c.B))
		}
	}
}

// Of many comparisons that are corrected together those that no sample speaks against
// are decided all the same; of few examples no more than an exact test could.
func TestSamplesAreNoFloor(t *testing.T) {
	compare := func(n, wrong int) float64 {
		gold, a, b := make([]int, n), make([]int, n), make([]int, n)
		for i := range wrong {
			a[i*n/wrong] = 1
		}
		c, err := Compare(one(NewLabels(gold, a, 2)), one(NewLabels(gold, b, 2)), false, Accuracy)
		if err != nil {
			t.Fatal(err)
		}
		return *c.P
	}
	p := slices.Repeat([]float64{compare(1000, 200)}, 500)
	if q := Holm(p); q[0] > 1e-6 {
		t.Errorf("p %v, corrected %v", p[0], q[0])
	}
	if p := compare(20, 20); p != math.Ldexp(1, -19) {
		t.Errorf("of twenty: p %v, want McNemar's 2 in 2^20", p)
	}
}

func violationOf(a, b []float64) float64 {
	return violation(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func TestAlmostOrderAsksForRuns(t *testing.T) {
	if _, ok := AlmostOrder([]float64{1, 2, 3, 4}, []float64{1, 2, 3, 4, 5}); ok {
		t.Error("four runs are enough")
	}
	if e, _ := AlmostOrder([]float64{5, 6, 7, 8, 9}, []float64{0, 1, 2, 3, 4}); e != 0 {
		t.Errorf("ε %v of a side that is larger throughout", e)
	}
	if e, _ := AlmostOrder([]float64{0, 1, 2, 3, 4}, []float64{5, 6, 7, 8, 9}); e < 0.99 { // deepsig leaves out the first strip
		t.Errorf("ε %v of a side that is smaller throughout", e)
	}
}

// What is said to be detectable is found with the power that is named, and so
// many more examples as are said to be needed do.
func TestDetectableIsDetected(t *testing.T) {
	w := world{score: Accuracy, runs: 1, apart: 1, draws: draws{stream: newStream(5, 5)}}
	const pairs = 300
	found, detectable := 0, 0.0
	for range pairs { // two models whose difference is about what 500 examples can show
		hard, gold := make([]float64, examples), make([]float64, examples)
		for i := range hard {
			hard[i], gold[i] = w.normal(), w.draws.unit()
		}
		c, err := compareBy(one(w.run(1.0, hard, gold)), one(w.run(1.38, hard, gold)), false, Accuracy, effort{500, 500, manyValues})
		if err != nil {
			t.Fatal(err)
		}
		detectable += c.Detectable(examples, 1) / pairs
		if *c.P <= Level {
			found++
		}
	}
	truth := w.truth(1.38) - w.truth(1.0)
	power := float64(found) / pairs
	want := 1 - normalCDF(1.96-2.8016*truth/detectable)
	t.Logf("difference %.4f, detectable %.4f, found in %.2f, expected %.2f", truth, detectable, power, want)
	if !golden.Within(0.08).Near(power, want) || want < 0.6 || want > 0.95 {
		t.Errorf("a difference of %.4f, where %.4f is detectable, is found in %.2f of the pairs, want %.2f", truth, detectable, power, want)
	}
}

func normalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

func TestNeed(t *testing.T) {
	d := 0.01
	c := Comparison{Difference: &d, Variance: Variance{Examples: 1e-4, Shared: 1e-4, RunsDF: math.Inf(1)}}
	k := 2.801585
	if got := c.Need(1000, 1, 1); got.Examples == nil || !golden.Within(2).Near(float64(*got.Examples), k*k*1000-1000) || got.Runs != nil {
		t.Errorf("examples %v, runs %v: want %v", got.Examples, got.Runs, k*k*1000-1000)
	}
	// one of ten tests has a tenth of the level
	k10 := 3.648655
	if got := c.Need(1000, 1, 10); !golden.Within(2).Near(float64(*got.Examples), k10*k10*1000-1000) || !golden.Within(1e-6).Near(c.Detectable(1000, 10), k10*0.01) {
		t.Errorf("of ten: %v examples, %v detectable", *got.Examples, c.Detectable(1000, 10))
	}
	// only runs differ: no number of examples would do
	c.Variance = Variance{Examples: 1e-9, Shared: 1e-9, Runs: 1e-4, RunsDF: 4}
	if got := c.Need(1000, 5, 1); got.Examples != nil || got.Runs == nil || *got.Runs < int(math.Ceil(5*k*k))-5 || *got.Runs > int(math.Ceil(5*k*k))-2 {
		t.Errorf("examples %v, runs %v", got.Examples, got.Runs)
	}
	// two runs that could show nothing are not told that one more would do
	d = 0.09
	c.Variance = Variance{Examples: 4e-4, Shared: 2e-4, Runs: 8e-3, RunsDF: 1}
	if got := c.Need(100, 2, 7); got.Examples != nil || got.Runs == nil || *got.Runs < 20 {
		t.Errorf("of two runs: examples %v, runs %v", got.Examples, got.Runs)
	}
	// what each of two runs made of its own of the examples would vanish, of more of
	// them than anybody labels
	d = 0.001
	c.Variance = Variance{Examples: 4e-4, Shared: 2e-4, Runs: 2e-4, RunsDF: 1}
	if got := c.Need(1000, 2, 7); got.Examples != nil {
		t.Errorf("of two runs that differ: %d more examples", *got.Examples)
	}
	// of three examples all three differ: six would have to
	d = 1
	c.Variance = Variance{RunsDF: math.Inf(1)}
	if got := c.Need(3, 1, 1); *got.Examples != 3 || c.Detectable(3, 1) != 1 || c.Detectable(600, 1) != 0.01 {
		t.Errorf("%d more examples, detectable %v of 3, %v of 600", *got.Examples, c.Detectable(3, 1), c.Detectable(600, 1))
	}
	// one of ten tests: nine would have to, for 2 in 512
	if got := c.Need(3, 1, 10); *got.Examples != 6 || !golden.Within(1e-12).Near(c.Detectable(600, 10), 0.015) {
		t.Errorf("of ten: %d more examples, detectable %v of 600", *got.Examples, c.Detectable(600, 10))
	}
	d = 0
	if got := c.Need(1000, 5, 1); got.Examples != nil || got.Runs != nil {
		t.Errorf("of no difference: %+v", got)
	}
}

func TestMeanRanks(t *testing.T) {
	gold, good := randomLabels(500, 2, 0)
	bad := make([]int, len(good))
	for i := range bad {
		bad[i] = good[i]
		if draw(40000+i, 4) == 0 {
			bad[i] = 1 - bad[i]
		}
	}
	var tasks []TaskScores
	for range 3 {
		s, ok := Resampled([][]Sample{{NewLabels(gold, bad, 2)}, {NewLabels(gold, good, 2)}, {NewLabels(gold, good, 2)}}, Accuracy)
		if !ok {
			t.Fatal("no scores")
		}
		tasks = append(tasks, s)
	}
	ranks, intervals := MeanRanks(tasks)
	if fmt.Sprint(ranks) != "[3 1.5 1.5]" || intervals[0] != (Interval{3, 3}) || intervals[1] != (Interval{1.5, 1.5}) {
		t.Errorf("%v %v", ranks, intervals)
	}
}

// Holm's correction keeps the chance of any false alarm among several null
// hypotheses.
func TestHolmFamily(t *testing.T) {
	d := draws{stream: newStream(3, 3)}
	const families = 4000
	alarms := 0
	for range families {
		p := make([]float64, 7)
		for i := range p {
			p[i] = d.unit()
		}
		for _, q := range Holm(p) {
			if q <= Level {
				alarms++
				break
			}
		}
	}
	if rate := float64(alarms) / families; rate > Level+3*math.Sqrt(Level*(1-Level)/families) || rate < 0.035 {
		t.Errorf("a false alarm in %.2f %% of the families", 100*rate)
	}
}

// Whatever luck makes of few seeds, p is below the level where the interval leaves out
// 0 and nowhere else, and no less is detectable than the examples alone allow.
func TestSeedsAlikeByLuck(t *testing.T) {
	const n = 400
	run := func(wrong, from int) Sample {
		gold, pred := make([]int, n), make([]int, n)
		for i := range wrong {
			pred[(from+i)%n] = 1
		}
		return NewLabels(gold, pred, 2)
	}
	decided := map[bool]int{}
	for _, paired := range []bool{true, false} {
		for _, apart := range []int{0, 1, 4, 80} { // how many answers the seeds don't share
			for fewer := 0; fewer <= 80; fewer += 4 {
				for odd := range 2 { // seeds that differ by so many answers
					a := []Sample{run(80, 0), run(80, apart)}
					b := []Sample{run(80-fewer, 0), run(80-max(0, fewer-odd), 2*apart)}
					c, err := compareBy(a, b, paired, Accuracy, effort{1000, 0, manyValues})
					if err != nil {
						t.Fatal(err)
					}
					out, alone := c.Interval.Low > 0 || c.Interval.High < 0, 2.8*math.Sqrt(c.Variance.Examples)
					if (*c.P < Level) != out || !(c.Detectable(n, 1) >= alone) || !(*c.P > 0) && fewer < 80 {
						t.Errorf("paired %v, %d apart, %d and %d fewer wrong: p %v beside %v, detectable %v of %v, variance %+v",
							paired, apart, fewer, fewer-odd, *c.P, *c.Interval, c.Detectable(n, 1), alone, c.Variance)
					}
					decided[out]++
				}
			}
		}
	}
	if decided[true] < 20 || decided[false] < 20 {
		t.Errorf("decided or not: %v", decided)
	}
}

// Of one run a side a p that is not above the level stands beside an interval that
// leaves out 0.
func TestOneRunIsConsistent(t *testing.T) {
	decided, strict := 0, 0
	for _, kind := range []Name{Accuracy, Spearman} {
		w := world{score: kind, runs: 1, apart: 1, draws: draws{stream: newStream(11, 11)}}
		for i := range 60 {
			hard, gold := make([]float64, examples), make([]float64, examples)
			for i := range hard {
				hard[i], gold[i] = w.normal(), w.draws.unit()
			}
			e := effort{300, 300, manyValues}
			if i%2 == 0 {
				e.many = examples
			}
			c, err := compareBy(one(w.run(1.1, hard, gold)), one(w.run(1.25, hard, gold)), false, kind, e)
			if err != nil {
				t.Fatal(err)
			}
			switch out := c.Interval.Low > 0 || c.Interval.High < 0; {
			case *c.P <= Level && !out:
				t.Errorf("%s: p %v beside %v", kind, *c.P, *c.Interval)
			case out && *c.P > Level:
				strict++
			case out:
				decided++
			}
		}
	}
	if decided < 10 || decided > 110 {
		t.Errorf("%d decided, %d by the interval alone", decided, strict)
	}
}
