package compare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/lmkor/bench/results"
)

// flips lists the examples that one side answers right and the other wrong, those
// first whose wrong answer was surest, up to limit where that is not below 0, and
// counts all; none of numbers.
func flips(a, b []*results.Answers, limit int) (list []Flip, count int, err error) {
	all := []Flip{}
	if a[0].Kind == results.NumberAnswer {
		return all, 0, nil
	}
	type row struct {
		at    int
		a, b  *results.Answers // of the run that is shown
		wrong float64
	}
	var rows []row
	for i := range a[0].Len() {
		rightA, rightB := mostly(a, i), mostly(b, i)
		if rightA*rightB >= 0 { // alike, or undecided between a side's runs
			continue
		}
		r := row{at: i, a: typical(a, i, rightA > 0), b: typical(b, i, rightB > 0)}
		r.wrong = sureness(r.a, i)
		if rightA > 0 {
			r.wrong = sureness(r.b, i)
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(x, y row) int { return cmp.Compare(y.wrong, x.wrong) })
	count = len(rows)
	if limit >= 0 {
		rows = rows[:min(limit, count)]
	}
	of := map[*results.Answers][]int{} // each file is opened once
	for _, r := range rows {
		of[r.a], of[r.b] = append(of[r.a], r.at), append(of[r.b], r.at)
	}
	read := map[*results.Answers][]results.Prediction{}
	for answers, at := range of {
		if read[answers], err = answers.Predictions(at); err != nil {
			return nil, 0, err
		}
	}
	next := func(answers *results.Answers) results.Prediction {
		p := read[answers][0]
		read[answers] = read[answers][1:]
		return p
	}
	for _, r := range rows {
		all = append(all, flip(r.a, r.b, r.at, next(r.a), next(r.b)))
	}
	return all, count, nil
}

// mostly is above 0 if most runs answer example i right, below if wrong.
func mostly(runs []*results.Answers, i int) int {
	n := 0
	for _, a := range runs {
		if a.Right(i) {
			n++
		} else {
			n--
		}
	}
	return n
}

// typical is the surest of the runs that are right, or wrong, about example i.
func typical(runs []*results.Answers, i int, right bool) *results.Answers {
	var best *results.Answers
	for _, a := range runs {
		if a.Right(i) == right && (best == nil || sureness(a, i) > sureness(best, i)) {
			best = a
		}
	}
	return best
}

// sureness is the probability of the answer given to example i, -1 where it is
// not known.
func sureness(a *results.Answers, i int) float64 {
	if c := float64(a.Confidence[i]); !math.IsNaN(c) {
		return c
	}
	return -1
}

func flip(a, b *results.Answers, i int, x, y results.Prediction) Flip {
	if x.Text == "" && len(x.Words) == 0 { // files may tell the text on one side only
		x.Text, x.TextPair, x.Words = y.Text, y.TextPair, y.Words
	}
	if len(x.Words) > 0 {
		x.Text = strings.Join(x.Words, " ")
	}
	return Flip{x.ID, x.Gold, x.Pred, y.Pred, probability(a, i), probability(b, i), x.Text, x.TextPair}
}

// probability is sureness for JSON.
func probability(a *results.Answers, i int) *float64 {
	p := sureness(a, i)
	if p < 0 {
		return nil
	}
	p = math.Round(p*1e6) / 1e6 // kept in single precision
	return &p
}
