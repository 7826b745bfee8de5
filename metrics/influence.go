package metrics

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// manyValues is from how many numbers on resampling them is not written out: each
// sample would rank all of them anew, and by then Fisher's z of the score is normal
// over samples. A simulation holds it to a quarter of that number.
const manyValues = 2000

// influences returns how much each example moves a correlation: the derivative of
// the score to the example's share of the sample, times 1. Their mean is 0, and
// their variance over their number the variance that the bootstrap shows (the
// infinitesimal jackknife; Efron and Tibshirani 1993, 21.3). ok is false where the
// score is undefined.
func (s *Values) influences(n Name) (of []float64, score float64, ok bool) {
	all := s.Scores()
	if score, ok = all.Get(n); !ok {
		return nil, 0, false
	}
	x, y := s.gold, s.pred
	if n == Spearman {
		x, y = shares(s.goldTies, len(x)), shares(s.predTies, len(y))
	}
	dx, dy := centred(x), centred(y)
	xx, yy, xy := products(dx, dx), products(dy, dy), products(dx, dy)
	if n == Spearman { // an example moves the ranks of those above it, too
		moved := func(products *moments, ties []tie, d []float64, twice float64) {
			above := sumsAbove(ties, d)
			for i := range above {
				products.of[i] += float64(twice * (above[i] - products.mean))
			}
		}
		moved(&xx, s.goldTies, dx, 2)
		moved(&yy, s.predTies, dy, 2)
		moved(&xy, s.goldTies, dy, 1)
		moved(&xy, s.predTies, dx, 1)
	}
	norm := math.Sqrt(xx.mean * yy.mean)
	of = make([]float64, len(x))
	for i := range of {
		of[i] = xy.of[i]/norm - float64(score/2*(xx.of[i]/xx.mean+yy.of[i]/yy.mean))
	}
	return of, score, true
}

// moments are a mean of products and how much each example moves it.
type moments struct {
	mean float64
	of   []float64
}

// products returns the moments of two centred variables.
func products(dx, dy []float64) moments {
	m := moments{of: make([]float64, len(dx))}
	for i, d := range dx {
		m.of[i] = d * dy[i]
		m.mean += m.of[i] / float64(len(dx))
	}
	for i := range m.of {
		m.of[i] -= m.mean
	}
	return m
}

func centred(x []float64) []float64 {
	m := mean(x)
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v - m
	}
	return out
}

// shares are mid-ranks as shares of the sample: how much of it lies below.
func shares(groups []tie, n int) []float64 {
	ranks := ranksOf(groups, n)
	for i, r := range ranks {
		ranks[i] = (r - 0.5) / float64(n)
	}
	return ranks
}

// sumsAbove returns, for every row, the sum of d over the rows whose value is
// larger and half of those whose value is the same, over the number of rows.
func sumsAbove(groups []tie, d []float64) []float64 {
	out := make([]float64, len(d))
	above := 0.0
	for g := len(groups) - 1; g >= 0; g-- {
		sum := 0.0
		for _, i := range groups[g].rows {
			sum += d[i]
		}
		for _, i := range groups[g].rows {
			out[i] = (above + sum/2) / float64(len(d))
		}
		above += sum
	}
	return out
}

// normal is replicates of very many numbers: every run's score in that many
// resamplings, drawn from the distribution that the bootstrap's approaches, with its
// dependence between runs: normal on the scale of Fisher's z, which a correlation's is
// sooner than on its own (Fisher 1921), by the influences' covariance.
func (p *panel) normal(samples int) [][]float64 {
	values := make([][]float64, len(p.runs))
	scores := make([]float64, len(p.runs))
	of := make([][]float64, len(p.runs))
	for r, s := range p.runs {
		values[r] = make([]float64, samples)
		var ok bool
		if of[r], scores[r], ok = s.(*Values).influences(p.score); !ok {
			of[r], scores[r] = make([]float64, p.n), math.NaN()
		}
	}
	root := choleskyOf(of)
	scale := 1 / float64(p.n)
	z := make([]float64, len(p.runs))
	for i := range samples {
		d := draws{stream: newStream(seed, i)}
		for k := range z {
			z[k] = distuv.UnitNormal.Quantile(d.unit())
		}
		for r, row := range root {
			sum := 0.0
			for k, l := range row {
				sum += float64(l * z[k])
			}
			values[r][i] = moved(scores[r], scale*sum)
		}
	}
	return values
}

// moved returns a correlation moved by that much to the first order, on the scale of
// Fisher's z; one of 1 stays, whatever rounding makes of its influences.
func moved(r, by float64) float64 {
	if by == 0 || !(math.Abs(r) < 1) {
		return max(-1, min(1, r))
	}
	return math.Tanh(math.Atanh(r) + by/float64((1-r)*(1+r)))
}

// exchangeVariance is the variance of the difference of a correlation between two
// runs whose answers are exchanged by fair coins: each row moves it by the difference
// of its two answers' influences on the sample that holds both runs, to the one side or
// the other, and a sum of so many signs is normal (Lehmann and Romano 2005, 15.2).
func exchangeVariance(a, b *Values, n Name) float64 {
	rows := a.Len()
	of, _, ok := a.joined(b, n).(*Values).influences(n)
	if !ok {
		return 0
	}
	sum := 0.0
	for i := range rows {
		d := of[rows+i] - of[i]
		sum += float64(d * d)
	}
	return sum / (float64(rows) * float64(rows))
}

// choleskyOf returns the lower root of the matrix of the rows' inner products. Rows
// that depend on those before them, such as a run beside itself, add nothing.
func choleskyOf(rows [][]float64) [][]float64 {
	root := make([][]float64, len(rows))
	for i := range rows {
		root[i] = make([]float64, i+1)
		for j := range i + 1 {
			sum := 0.0
			for k, v := range rows[i] {
				sum += float64(v * rows[j][k])
			}
			whole := sum
			for k := range j {
				sum -= float64(root[i][k] * root[j][k])
			}
			switch {
			case i == j && sum > 1e-10*whole:
				root[i][i] = math.Sqrt(sum)
			case i != j && root[j][j] > 0:
				root[i][j] = sum / root[j][j]
			}
		}
	}
	return root
}
