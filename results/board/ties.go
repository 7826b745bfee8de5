package board

import (
	"errors"
	"math"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Basis is what says that a score can't be told from the best of its column.
type Basis string

// The bases.
const (
	ByPairs     Basis = "paired"    // the paired test over the same examples
	ByIntervals Basis = "intervals" // the scores' standard errors, as if of other examples
)

// Bases lists them.
var Bases = []Basis{ByPairs, ByIntervals}

// Sign is what stands behind a score that is tied.
func (b Basis) Sign() string {
	return map[Basis]string{ByPairs: "≈", ByIntervals: "∼"}[b]
}

// Meaning explains it.
func (b Basis) Meaning() results.Text {
	return map[Basis]results.Text{
		ByPairs: {English: "not to be told from the best of its column, by the paired test of bench compare over the same examples, " +
			"Holm-corrected within the column",
			Korean: "열의 최고 점수와 구별되지 않는다(같은 예제에 대한 bench compare의 대응 검정, 열 " +
				"안에서 Holm 보정)"},
		ByIntervals: {English: "not to be told from the best of its column by their intervals alone, for nothing pairs them " +
			"(published scores, or too many predictions to read); bench compare can tell more",
			Korean: "신뢰구간만으로는 열의 최고 점수와 구별되지 않는다. 짝지을 예측이 없거나(발표된 " +
				"점수) 너무 많은 경우이며, " +
				"bench compare는 더 가려낼 수 있다"},
	}[b]
}

// Paired tests the runs of one cell against those of the best of its column over
// the same examples; file leads to the answers of the checkpoint that is shown.
// apart says that the difference's interval leaves out 0; ok is false where the
// runs' predictions cannot be paired, or it would take too long.
type Paired func(task string, best, other []results.Run, file func(results.Run) (string, error)) (p float64, apart, ok bool)

// errNotKept says that a selected score's checkpoint left no answers.
var errNotKept = errors.New("the checkpoint that is shown was not kept, nor were its answers")

// predictions returns the file of the answers that a selected score is of.
func (s Selection) predictions(r results.Run) (string, error) {
	switch v := s.of(r.Result); {
	case s == Dev:
		return r.ChosenPredictions()
	case v != nil && r.Result.Score != nil && *v == *r.Result.Score:
		return r.File(results.PredictionsFile), nil
	}
	return "", errNotKept
}

// rival is a cell that competes for the best of its column.
type rival struct {
	row  Row
	cell Cell
	runs []results.Run // none of a published row
}

// markBest marks the best of every column, and all that print the same; and those
// that can't be told from it.
func (o Board) markBest(l *Leaderboard, chosen map[cellKey][]results.Run) {
	for _, col := range l.Columns {
		class, ok := l.competing(col.Task)
		if !ok {
			continue
		}
		var all []rival
		var best rival
		for _, r := range l.Rows {
			c, ok := r.Cells[col.Task]
			if !ok || c.Incomparable || c.class() != class {
				continue
			}
			x := rival{r, c, nil}
			if !r.Published {
				x.runs = chosen[cellKey{r.Model, col.Task}]
			}
			if all = append(all, x); best.row.Cells == nil || c.Score > best.cell.Score {
				best = x
			}
		}
		var others []rival
		for _, x := range all {
			if x.cell.Best = printed(x.cell.Score) == printed(best.cell.Score); x.cell.Best {
				x.row.Cells[col.Task] = x.cell
			} else {
				others = append(others, x)
			}
		}
		o.tie(col.Task, best, others)
	}
}

// tie marks those of a column's others that can't be told from its best: Holm's
// correction is over all of them.
func (o Board) tie(task string, best rival, others []rival) {
	var known []rival
	var p []float64
	var apart []bool
	for _, x := range others {
		q, out, basis := o.against(task, best, x, len(others))
		if basis == "" { // neither has an interval
			continue
		}
		x.cell.TiedBy = basis
		known, p, apart = append(known, x), append(p, q), append(apart, out)
	}
	for i, q := range metrics.Holm(p) {
		c := known[i].cell
		if c.Tied = q > metrics.Level || !apart[i]; !c.Tied {
			c.TiedBy = ""
		}
		known[i].row.Cells[task] = c
	}
}

// against tests a cell against the best of its column, one of so many. Pairs are
// looked at only where they can matter: no dependence makes the difference's
// standard error larger than the sum of both.
func (o Board) against(task string, best, x rival, of int) (p float64, apart bool, basis Basis) {
	d, a, b := math.Abs(best.cell.Score-x.cell.Score), best.cell.chance(), x.cell.chance()
	level := metrics.Level / float64(of)
	near := d <= a.Reach(level)+b.Reach(level) || a.Total()*b.Total() == 0
	if o.Paired != nil && near && len(best.runs) > 0 && len(x.runs) > 0 {
		if p, apart, ok := o.Paired(task, best.runs, x.runs, o.Select.predictions); ok {
			return p, apart, ByPairs
		}
	}
	both := a.Plus(b)
	if both.Total() == 0 {
		return 0, false, ""
	}
	return both.P(d), d > both.Half(), ByIntervals
}

// z95 is the normal distribution's 0.975 quantile.
const z95 = 1.959963984540054
