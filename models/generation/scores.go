package generation

import (
	"cmp"
	"math"
	"slices"
)

var never = float32(math.Inf(-1))

// process changes the scores of the token behind ids, in transformers' order:
// repetition penalty, n-grams, minimum length.
func (o *Options) process(scores []float32, ids []int32) {
	if o.RepetitionPenalty != 1 {
		o.penalize(scores, ids)
	}
	if n := o.NoRepeatNgram; n > 0 && len(ids)+1 >= n {
		tail := ids[len(ids)-n+1:]
		for i := 0; i+n <= len(ids); i++ {
			if slices.Equal(ids[i:i+n-1], tail) {
				scores[ids[i+n-1]] = never
			}
		}
	}
	if len(ids) < o.MinLength {
		for _, id := range o.End {
			if int(id) < len(scores) {
				scores[id] = never
			}
		}
	}
}

// penalize lowers the scores of all tokens of ids, each once.
func (o *Options) penalize(scores []float32, ids []int32) {
	by, seen := float32(o.RepetitionPenalty), map[int32]bool{}
	for _, id := range ids {
		switch {
		case seen[id]:
		case scores[id] < 0:
			scores[id] *= by
		default:
			scores[id] /= by
		}
		seen[id] = true
	}
}

// Probability is that of one token.
type Probability struct {
	ID   int32
	Prob float64
}

// Next returns the tokens that sampling may put behind ids with their
// probabilities, falling, of equal ones the smaller id first: the softmax of
// the scores after penalties, temperature, top-k and top-p. It changes scores.
func (o *Options) Next(scores []float32, ids []int32) []Probability {
	o.process(scores, ids)
	if o.Temperature != 1 {
		t := float32(o.Temperature)
		for i := range scores {
			scores[i] /= t
		}
	}
	all := rank(scores)
	if o.TopK > 0 && o.TopK < len(all) {
		worst := scores[all[o.TopK-1].ID]
		n := o.TopK
		for n < len(all) && scores[all[n].ID] == worst { // equals of the last stay
			n++
		}
		all = all[:n]
	}
	softmax(all, scores)
	if o.TopP < 1 {
		// Tokens whose mass, with all behind them, is at most 1-p go.
		var rest float64
		n := len(all)
		for n > 1 {
			if rest += all[n-1].Prob; rest > 1-o.TopP {
				break
			}
			n--
		}
		all = all[:n]
		softmax(all, scores)
	}
	return all
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
	var sum float64
	for _, s := range scores {
		sum += math.Exp(float64(s - top))
	}
	by := top + float32(math.Log(sum))
	for i := range scores {
		scores[i] -= by
	}
}

// best returns the token with the highest score, of equals the smallest.
func best(scores []float32) int32 {
	b := 0
	for i, s := range scores {
		if s > scores[b] {
			b = i
		}
	}
	return int32(b)
}
