package generation

import (
	"cmp"
	"math"
	"slices"
)

var never = float32(math.Inf(-1))

// Probability is that of one token.
type Probability struct {
	ID   int32
	Prob float64
}

// Next returns the tokens that sampling may put behind ids with their
// probabilities, falling, of equal ones the smaller id first: the softmax of
// the scores after all that the options do to them; none where all tokens are
// ruled out. It changes scores.
func (o *Options) Next(scores []float32, ids []int32) []Probability {
	o.process(scores, ids)
	if t, top := o.Temperature, slices.Max(scores); t != 1 && top != never {
		// However small t is, the best tokens stay 0.
		for i, v := range scores {
			if v != top {
				scores[i] = float32((float64(v) - float64(top)) / t)
			} else {
				scores[i] = 0
			}
		}
	}
	all := rank(scores)
	if len(all) == 0 {
		return nil
	}
	if o.TopK > 0 && o.TopK < len(all) {
		worst := scores[all[o.TopK-1].ID]
		n := o.TopK
		for n < len(all) && scores[all[n].ID] == worst { // equals of the last stay
			n++
		}
		all = all[:n]
	}
	softmax(all, scores)
	return o.filter(all, scores)
}

// rank lists the tokens that are not ruled out, the best first.
func rank(scores []float32) []Probability {
	all := make([]Probability, 0, len(scores))
	for id, s := range scores {
		if s != never {
			all = append(all, Probability{ID: int32(id)})
		}
	}
	slices.SortFunc(all, func(a, b Probability) int {
		return cmp.Or(cmp.Compare(scores[b.ID], scores[a.ID]), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// softmax fills in the probabilities of ranked tokens, of which the first is the best.
func softmax(all []Probability, scores []float32) {
	var sum float64
	for i, p := range all {
		all[i].Prob = math.Exp(float64(scores[p.ID]) - float64(scores[all[0].ID]))
		sum += all[i].Prob
	}
	for i := range all {
		all[i].Prob /= sum
	}
}

// logSoftmax replaces scores by their logarithmic probabilities.
func logSoftmax(scores []float32) {
	top := slices.Max(scores)
	if top == never {
		return
	}
	var sum float64
	for _, s := range scores {
		sum += math.Exp(float64(s - top))
	}
	by := top + float32(math.Log(sum))
	for i := range scores {
		scores[i] -= by
	}
}
