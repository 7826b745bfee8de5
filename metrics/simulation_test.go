package metrics

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lmkor/bench/internal/golden"
)

// A world draws examples and trained models whose true scores are known: a run
// has a chance of its own (spread between runs), an example is hard for all, and
// a run meets each example with some luck.
type world struct {
	score Name
	runs  int     // a side
	more  int     // how many runs more the second side has
	sd    float64 // between runs, in the latent unit; 0 with one run, whose own truth is meant
	apart float64 // how much wider the second side's runs lie apart
	draws draws
}

func (w *world) normal() float64 { return distuv.UnitNormal.Quantile(w.draws.unit()) }

const (
	examples = 500
	hardness = 1.0 // of examples against luck
	skill    = 1.2
)

var classShare = []float64{0.6, 0.3, 0.1}

// sides draws two models of equal skill, and the truth of their difference.
func (w *world) sides() (a, b []Sample, truth float64) {
	hard := make([]float64, examples)
	gold := make([]float64, examples)
	for i := range hard {
		hard[i], gold[i] = w.normal(), w.draws.unit()
	}
	for k := range 2*w.runs + w.more {
		u := skill + float64(w.sd*w.normal())
		if k >= w.runs {
			u = skill + float64((u-skill)*w.apart)
		}
		s := w.run(u, hard, gold)
		if k < w.runs {
			a = append(a, s)
			truth -= w.truth(u) / float64(w.runs)
		} else {
			b = append(b, s)
			truth += w.truth(u) / float64(w.runs+w.more)
		}
	}
	if w.runs > 1 { // of the way to train, not of what was trained
		truth = w.expected(w.sd*w.apart) - w.expected(w.sd)
	}
	return a, b, truth
}

func (w *world) run(u float64, hard, gold []float64) Sample {
	switch w.score {
	case Spearman:
		x, y := make([]float64, examples), make([]float64, examples)
		for i := range x {
			x[i] = distuv.UnitNormal.Quantile(gold[i])
			y[i] = x[i] + float64(u*(hard[i]+w.normal())/math.Sqrt2)
		}
		return NewValues(x, y)
	case F1:
		s := &Tags{}
		for i := range hard {
			c := entityCounts{gold: int32(gold[i] * 4)}
			for range c.gold {
				if u+hard[i]+w.normal() > 0 {
					c.hit++
				}
			}
			c.pred = c.hit
			if w.draws.unit() < 0.3 {
				c.pred++
			}
			s.kept, s.full, s.exact = append(s.kept, c), append(s.full, c), append(s.exact, false)
		}
		return s
	}
	g, p := make([]int, examples), make([]int, examples)
	for i := range g {
		switch {
		case gold[i] > classShare[0]+classShare[1]:
			g[i] = 2
		case gold[i] > classShare[0]:
			g[i] = 1
		}
		p[i] = g[i]
		if u+hard[i]+w.normal() < 0 {
			p[i] = (g[i] + 1 + int(w.draws.bits()&1)) % 3
		}
	}
	return NewLabels(g, p, 3)
}

// expected is the score on endlessly many examples, of endlessly many runs that lie so
// far apart.
func (w *world) expected(sd float64) float64 {
	const parts = 200
	sum := 0.0
	for i := range parts {
		sum += w.truth(skill+float64(sd*distuv.UnitNormal.Quantile((float64(i)+0.5)/parts))) / parts
	}
	return sum
}

// truth is a run's score on endlessly many examples.
func (w *world) truth(u float64) float64 {
	right := distuv.UnitNormal.CDF(u / math.Sqrt(1+hardness*hardness))
	switch w.score {
	case Accuracy:
		return right
	case F1:
		hit, gold := 1.5*right, 1.5
		return 2 * hit / (hit + 0.3 + gold)
	case Spearman:
		return 6 / math.Pi * math.Asin(1/math.Sqrt(1+u*u)/2)
	}
	sum := 0.0
	for k, p := range classShare {
		predicted := p*right + (1-right)*(1-classShare[k])/2
		sum += 2 * p * right / (p + predicted)
	}
	return sum / 3
}

// Tests raise a false alarm in one of twenty pairs of equal models, and
// intervals hold the truth in nineteen. BENCH_SIMULATIONS=1000 draws that many
// pairs, the default few.
func TestFalseAlarmsAndCoverage(t *testing.T) {
	pairs, e := 200, effort{300, 300, manyValues}
	if testing.Short() {
		pairs, e = 60, effort{200, 200, manyValues}
	}
	if n, err := strconv.Atoi(os.Getenv("BENCH_SIMULATIONS")); err == nil {
		pairs, e = n, effort{1000, 1000, manyValues}
	}
	whole := pairs >= 1000
	for _, kind := range []struct {
		score  Name
		normal bool
	}{{Accuracy, false}, {MacroF1, false}, {F1, false}, {Spearman, false}, {Spearman, true}} {
		for _, runs := range []int{1, 2, 3, 5} {
			if (runs == 2 || runs == 3) && kind.score != Accuracy && !whole { // whatever the score, few runs are Student's
				continue
			}
			for _, w := range worldsOf(kind.score, runs) {
				pairs, e := pairs, e
				name := fmt.Sprintf("%s/runs=%d/sd=%v", kind.score, runs, w.sd)
				if w.apart != 1 {
					name += fmt.Sprintf("/apart=%v", w.apart)
				}
				if w.more > 0 {
					name += fmt.Sprintf("/more=%d", w.more)
				}
				if kind.normal { // as of manyValues, at a quarter of their number
					e.many, name = examples, "normal-"+name
					if !whole {
						pairs = min(pairs, 100)
					}
				} else if kind.score == Spearman { // ranks anew in every resampling
					e = effort{400, 400, manyValues}
					if !whole {
						pairs, e = 80, effort{200, 200, manyValues}
					}
				}
				t.Run(name, func(t *testing.T) { w.try(t, kind.normal, pairs, e) })
			}
		}
	}
}

// worldsOf are the worlds that a score is tried in, with so many runs a side.
func worldsOf(score Name, runs int) (all []world) {
	spreads := []float64{0.02, 0.15}
	switch runs {
	case 1:
		spreads = []float64{0}
	case 2, 3:
		spreads = append(spreads, 0.6)
	}
	for _, sd := range spreads {
		w := world{score: score, runs: runs, sd: sd, apart: 1, draws: draws{stream: newStream(77, runs*1000+int(sd*100))}}
		all = append(all, w)
		if sd == 0.15 && runs < 5 {
			w.apart = 3
			all = append(all, w)
		}
	}
	if runs == 2 { // against five that lie as far apart, further and nearer, the examples' chance being small
		for _, apart := range []float64{1, 3, 1.0 / 3} {
			all = append(all, world{score: score, runs: runs, more: 3, sd: 0.3, apart: apart, draws: draws{stream: newStream(78, int(100*apart))}})
		}
	}
	return all
}

// try counts false alarms and intervals that hold the truth, runs paired and not.
func (w world) try(t *testing.T, normal bool, pairs int, e effort) {
	alarms := map[string]int{}
	covered := map[string]int{}
	for range pairs {
		a, b, truth := w.sides()
		for _, paired := range []bool{false, true}[:min(w.runs, 2)] {
			if paired && w.more > 0 {
				continue
			}
			c, err := compareBy(a, b, paired, w.score, e)
			if err != nil || c.Normal != normal {
				t.Fatal(err, c.Normal)
			}
			how := map[bool]string{false: "", true: ", paired"}[paired]
			if c.Interval.Low <= truth && truth <= c.Interval.High {
				covered["interval"+how]++
			}
			for name, p := range map[string]*float64{"bootstrap": c.BootstrapP, "permutation": c.PermutationP, "verdict": c.P} {
				if p != nil && *p <= Level {
					alarms[name+how]++
				}
			}
			if c.McNemar != nil && c.McNemar.Exact <= Level {
				alarms["mcnemar"]++
			}
		}
	}
	n := float64(pairs)
	error1 := math.Sqrt(Level * (1 - Level) / n)
	error3 := 3 * error1
	within := 0.02
	if w.apart != 1 { // which model's few runs lie further apart is not known well either
		within = 0.03
	}
	t.Logf("covered in %% %v, false alarms in %% %v", percents(covered, n), percents(alarms, n))
	for name, k := range covered {
		if got := float64(k) / n; !golden.Within(max(within+error1, error3)).Near(got, 1-Level) {
			t.Errorf("the %s holds the truth in %.1f %% of %d pairs", name, 100*got, pairs)
		}
	}
	for name, k := range alarms {
		if got := float64(k) / n; got > Level+error3+within-0.02 {
			t.Errorf("%s: a false alarm in %.1f %% of %d pairs", name, 100*got, pairs)
		}
	}
}

func percents(counts map[string]int, of float64) map[string]string {
	out := map[string]string{}
	for name, k := range counts {
		out[name] = fmt.Sprintf("%.1f", 100*float64(k)/of)
	}
	return out
}
