package metrics

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// A world draws examples and trained models whose true scores are known: a run
// has a chance of its own (spread between runs), an example is hard for all, and
// a run meets each example with some luck.
type world struct {
	score Name
	runs  int     // a side
	sd    float64 // between runs, in the latent unit; 0 with one run, whose own truth is meant
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
	for k := range 2 * w.runs {
		u := skill + float64(w.sd*w.normal())
		s := w.run(u, hard, gold)
		if k < w.runs {
			a = append(a, s)
			truth -= w.truth(u)
		} else {
			b = append(b, s)
			truth += w.truth(u)
		}
	}
	if w.runs > 1 { // of the way to train, not of what was trained
		truth = 0
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
		pairs, e = n, effort{2000, 2000, manyValues}
	}
	for _, kind := range []struct {
		score  Name
		normal bool
	}{{Accuracy, false}, {MacroF1, false}, {F1, false}, {Spearman, false}, {Spearman, true}} {
		for _, runs := range []int{1, 2, 5} {
			if runs == 2 && kind.score != Accuracy { // whatever the score, few runs are Student's
				continue
			}
			score := kind.score
			spreads := []float64{0}
			if runs > 1 {
				spreads = []float64{0.02, 0.15}
			}
			if runs == 2 {
				spreads = []float64{0.02, 0.15, 0.6}
			}
			for _, sd := range spreads {
				pairs, e := pairs, e
				name := fmt.Sprintf("%s/runs=%d/sd=%v", score, runs, sd)
				if kind.normal { // as of manyValues, at a quarter of their number
					e.many, name = examples, "normal-"+name
					if pairs < 1000 {
						pairs = min(pairs, 100)
					}
				} else if score == Spearman && pairs < 1000 { // ranks anew in every resampling
					pairs, e = 80, effort{200, 200, manyValues}
				}
				t.Run(name, func(t *testing.T) {
					w := world{score: score, runs: runs, sd: sd, draws: draws{stream: newStream(77, runs*1000+int(sd*100))}}
					alarms := map[string]int{}
					covered := 0
					for range pairs {
						a, b, truth := w.sides()
						c, err := compareBy(a, b, false, score, e)
						if err != nil || c.Normal != kind.normal {
							t.Fatal(err, c.Normal)
						}
						if c.Interval.Low <= truth && truth <= c.Interval.High {
							covered++
						}
						for name, p := range map[string]*float64{"bootstrap": c.BootstrapP, "permutation": c.PermutationP, "verdict": c.P} {
							if p != nil && *p <= Level {
								alarms[name]++
							}
						}
						if c.McNemar != nil && c.McNemar.Exact <= Level {
							alarms["mcnemar"]++
						}
					}
					n := float64(pairs)
					error3 := 3 * math.Sqrt(Level*(1-Level)/n)
					t.Logf("covered %.1f %%, false alarms in %% %v", 100*float64(covered)/n, percents(alarms, n))
					if got := float64(covered) / n; got < 0.95-max(0.02, error3) || runs != 2 && got > 0.95+max(0.02, error3) {
						t.Errorf("the interval holds the truth in %.1f %% of %d pairs", 100*got, pairs)
					}
					for name, k := range alarms {
						if got := float64(k) / n; got > Level+error3 {
							t.Errorf("%s: a false alarm in %.1f %% of %d pairs", name, 100*got, pairs)
						}
					}
				})
			}
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
