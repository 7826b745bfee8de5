package metrics

import (
	"fmt"
	"math"
	"slices"
)

// Values is a regression sample.
type Values struct {
	gold, pred         []float64 // scaled: no score knows a unit
	goldTies, predTies []tie
}

// NewValues returns a regression sample. It panics if the lengths differ.
func NewValues(gold, pred []float64) *Values {
	if len(gold) != len(pred) {
		panic(fmt.Sprintf("metrics: %d gold values, %d predicted", len(gold), len(pred)))
	}
	return &Values{scaled(gold), scaled(pred), ties(gold), ties(pred)}
}

func (s *Values) Len() int      { return len(s.gold) }
func (s *Values) names() []Name { return []Name{Spearman, Pearson} }
func (s *Values) right() []bool { return nil }

// Scores returns both correlations.
func (s *Values) Scores() Scores {
	var all Scores
	rho, ok := PearsonR(ranksOf(s.goldTies, len(s.gold)), ranksOf(s.predTies, len(s.pred)))
	all.set(Spearman, rho, ok)
	r, ok := PearsonR(s.gold, s.pred)
	all.set(Pearson, r, ok)
	return all
}

func (s *Values) weighted(n Name) func([]uint32) (float64, bool) {
	switch n {
	case Pearson:
		return func(w []uint32) (float64, bool) { return weightedPearson(s.gold, s.pred, w) }
	case Spearman:
		g, p := make([]float64, len(s.gold)), make([]float64, len(s.gold))
		return func(w []uint32) (float64, bool) {
			weightedRanks(g, s.goldTies, w)
			weightedRanks(p, s.predTies, w)
			return weightedPearson(g, p, w)
		}
	}
	return nil
}

// weightedRanks writes every row's average rank in the sample in which row i
// occurs w[i] times, without sorting anew.
func weightedRanks(ranks []float64, groups []tie, w []uint32) {
	below := 0
	for _, t := range groups {
		size := 0
		for _, i := range t.rows {
			size += int(w[i])
		}
		r := float64(below) + float64(size+1)/2
		for _, i := range t.rows {
			ranks[i] = r
		}
		below += size
	}
}

// weightedPearson is PearsonR of the sample in which row i occurs w[i] times.
func weightedPearson(x, y []float64, w []uint32) (float64, bool) {
	if constantWhere(x, w) || constantWhere(y, w) {
		return 0, false
	}
	var n, sx, sy float64
	for i, k := range w {
		f := float64(k)
		n += f
		sx += float64(f * x[i])
		sy += float64(f * y[i])
	}
	mx, my := sx/n, sy/n
	var xx, yy, xy float64
	for i, k := range w {
		f, dx, dy := float64(k), x[i]-mx, y[i]-my
		fx := float64(f * dx)
		xx += float64(fx * dx)
		xy += float64(fx * dy)
		yy += float64(float64(f*dy) * dy)
	}
	return quotient(xy, xx, yy)
}

// constantWhere reports whether x has one value only, or none, in the rows that
// w holds: a rounded mean would leave such a variance just above 0.
func constantWhere(x []float64, w []uint32) bool {
	first := slices.IndexFunc(w, func(k uint32) bool { return k > 0 })
	if first < 0 {
		return true
	}
	for i := first + 1; i < len(w); i++ {
		if w[i] > 0 && x[i] != x[first] {
			return false
		}
	}
	return true
}

// swapped exchanges ranks (Spearman) or standardised values (Pearson), not raw
// ones: neither score knows a unit, and two models may answer in different ones.
func (s *Values) swapped(other Sample, n Name) func(stream) (float64, float64, bool) {
	mine, theirs := s.pred, other.(*Values).pred
	a, b := make([]float64, len(mine)), make([]float64, len(mine))
	if n == Pearson {
		mine, theirs = standardised(mine), standardised(theirs)
		return func(st stream) (float64, float64, bool) {
			c := coins{stream: st}
			for i, v := range mine {
				a[i], b[i] = v, theirs[i]
				if c.at(i) {
					a[i], b[i] = b[i], a[i]
				}
			}
			va, okA := PearsonR(s.gold, a)
			vb, okB := PearsonR(s.gold, b)
			return va, vb, okA && okB
		}
	}
	gold := ranksOf(s.goldTies, len(s.gold))
	// Sorted once: every exchange keeps the order.
	both := ties(append(ranksOf(s.predTies, len(mine)), ranksOf(other.(*Values).predTies, len(theirs))...))
	heads := make([]bool, len(mine))
	return func(st stream) (float64, float64, bool) {
		c := coins{stream: st}
		for i := range heads {
			heads[i] = c.at(i)
		}
		splitRanks(a, b, both, heads)
		va, okA := PearsonR(gold, a)
		vb, okB := PearsonR(gold, b)
		return va, vb, okA && okB
	}
}

// splitRanks ranks a and b separately from the common order of their values:
// row i < len(a) of a tie is a's row i, which goes to b where heads[i] is set,
// and row len(a)+i is b's.
func splitRanks(a, b []float64, both []tie, heads []bool) {
	n := len(a)
	belowA, belowB := 0, 0
	for _, t := range both {
		inA := 0
		for _, r := range t.rows {
			if toA(int(r), n, heads) {
				inA++
			}
		}
		inB := len(t.rows) - inA
		rankA, rankB := float64(belowA)+float64(inA+1)/2, float64(belowB)+float64(inB+1)/2
		for _, r := range t.rows {
			if toA(int(r), n, heads) {
				a[int(r)%n] = rankA
			} else {
				b[int(r)%n] = rankB
			}
		}
		belowA, belowB = belowA+inA, belowB+inB
	}
}

func toA(row, n int, heads []bool) bool { return (row < n) != heads[row%n] }

// standardised returns x with mean 0 and variance 1, or all 0 where x is constant.
func standardised(x []float64) []float64 {
	out := make([]float64, len(x))
	if len(x) == 0 || constant(x) {
		return out
	}
	m, ss := mean(x), 0.0
	for i, v := range x {
		out[i] = v - m
		ss += float64(out[i] * out[i])
	}
	sd := math.Sqrt(ss / float64(len(x)))
	for i := range out {
		out[i] /= sd
	}
	return out
}

func (s *Values) profiles([]Sample, Name) func(int) []byte { return nil }

func (s *Values) pick(rows []int32, _ Name) Sample {
	gold, pred := make([]float64, len(rows)), make([]float64, len(rows))
	for k, i := range rows {
		gold[k], pred[k] = s.gold[i], s.pred[i]
	}
	return NewValues(gold, pred)
}

func (s *Values) joined(other Sample, n Name) Sample {
	o := other.(*Values)
	mine, theirs := standardised(s.pred), standardised(o.pred)
	if n == Spearman {
		mine, theirs = ranksOf(s.predTies, s.Len()), ranksOf(o.predTies, s.Len())
	}
	return NewValues(slices.Concat(s.gold, s.gold), slices.Concat(mine, theirs))
}
