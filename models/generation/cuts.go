package generation

import (
	"cmp"
	"math"
	"slices"
)

// filter leaves of ranked tokens with their probabilities those that sampling may
// draw, in transformers' order: top-p, min-p, typical, epsilon, eta.
func (o *Options) filter(all []Probability, scores []float32) []Probability {
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
	if o.MinP > 0 {
		all = above(all, scores, o.MinP*all[0].Prob)
	}
	if o.Typical > 0 && o.Typical < 1 {
		all = typical(all, o.Typical)
		softmax(all, scores)
	}
	if o.EpsilonCutoff > 0 {
		all = above(all, scores, o.EpsilonCutoff)
	}
	if e := o.EtaCutoff; e > 0 {
		all = above(all, scores, min(e, math.Sqrt(e)*math.Exp(-entropy(all))))
	}
	return all
}

// above keeps tokens of at least the given probability, and those as good as the
// best.
func above(all []Probability, scores []float32, least float64) []Probability {
	n := 1
	for n < len(all) && (all[n].Prob >= least || scores[all[n].ID] == scores[all[0].ID]) {
		n++
	}
	softmax(all[:n], scores)
	return all[:n]
}

// typical keeps those tokens whose information is nearest to the entropy, up to
// the given mass (Meister et al. 2022), in their order.
func typical(all []Probability, mass float64) []Probability {
	mean := entropy(all)
	far := func(p Probability) float64 { return math.Abs(-math.Log(p.Prob) - mean) }
	near := slices.Clone(all)
	slices.SortStableFunc(near, func(a, b Probability) int { return cmp.Compare(far(a), far(b)) })
	last, sum := 0, 0.0
	for last < len(near)-1 {
		if sum += near[last].Prob; sum >= mass {
			break
		}
		last++
	}
	limit := far(near[last])
	return slices.DeleteFunc(all, func(p Probability) bool { return far(p) > limit && p.ID != near[0].ID })
}

func entropy(all []Probability) (sum float64) {
	for _, p := range all {
		if p.Prob > 0 {
			sum -= p.Prob * math.Log(p.Prob)
		}
	}
	return sum
}
