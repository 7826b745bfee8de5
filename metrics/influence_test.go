package metrics

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

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
	a, b := numbersOf(3000)
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
		}
		for i := range got[0] {
			if !golden.Within(1e-9).Near(got[2][i], got[0][i]) {
				t.Fatalf("%s: a run beside itself moves otherwise: %v, %v", n, got[2][i], got[0][i])
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
