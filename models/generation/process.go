package generation

import (
	"math"
	"slices"
)

// Bias is added to the score of a sequence's last token where the others stand
// before it.
type Bias struct {
	IDs []int32
	By  float64
}

// Decay raises the end tokens' scores by |score|·(Factor^n - 1) when n tokens more
// than Start have been generated.
type Decay struct {
	Start  int
	Factor float64
}

// process changes the scores of the token behind ids, in transformers' order.
func (o *Options) process(scores []float32, ids []int32) {
	for _, b := range o.SequenceBias {
		addBias(scores, ids, b.IDs, float32(b.By))
	}
	if p := o.SourceRepetitionPenalty; p != 0 && p != 1 {
		penalize(scores, o.source, float32(1/p))
	}
	if o.RepetitionPenalty != 1 {
		penalize(scores, ids, float32(o.RepetitionPenalty))
	}
	banRepeats(scores, ids, ids, o.NoRepeatNgram)
	banRepeats(scores, o.source, ids, o.NoSourceNgram)
	for _, word := range o.BadWords {
		if len(word) != 1 || !slices.Contains(o.End, word[0]) {
			addBias(scores, ids, word, never)
		}
	}
	if len(ids) < max(o.MinLength, o.prompt+o.MinNewTokens) {
		ban(scores, o.End)
	}
	o.force(scores, ids)
	if o.RemoveInvalid {
		removeInvalid(scores)
	}
	o.hasten(scores, len(ids))
	ban(scores, o.Suppress)
	first := o.prompt
	if first <= 1 && len(o.ForcedStart) > 0 {
		first++
	}
	if len(ids) == first {
		ban(scores, o.SuppressFirst)
	}
}

// addBias adds to the score of the sequence's last token where ids end in the
// rest of it.
func addBias(scores []float32, ids, sequence []int32, by float32) {
	n := len(sequence)
	if n > 1 && (n > len(ids) || !slices.Equal(ids[len(ids)-n+1:], sequence[:n-1])) {
		return
	}
	scores[sequence[n-1]] += by
}

// penalize lowers the scores of all tokens of ids, each once.
func penalize(scores []float32, ids []int32, by float32) {
	seen := map[int32]bool{}
	for _, id := range ids {
		switch {
		case seen[id] || int(id) >= len(scores):
		case scores[id] < 0:
			scores[id] *= by
		default:
			scores[id] /= by
		}
		seen[id] = true
	}
}

// banRepeats rules out tokens that would end n tokens which stand in text; n 0:
// none.
func banRepeats(scores []float32, text, ids []int32, n int) {
	if n == 0 || len(ids)+1 < n {
		return
	}
	tail := ids[len(ids)-n+1:]
	for i := 0; i+n <= len(text); i++ {
		if slices.Equal(text[i:i+n-1], tail) {
			ban(scores, text[i+n-1:i+n])
		}
	}
}

// ban rules out tokens; those outside of the vocabulary are out of it anyway.
func ban(scores []float32, ids []int32) {
	for _, id := range ids {
		if id >= 0 && int(id) < len(scores) {
			scores[id] = never
		}
	}
}

// force leaves nothing but the forced tokens behind the first and before the
// last.
func (o *Options) force(scores []float32, ids []int32) {
	for _, f := range []struct {
		at  int
		ids []int32
	}{{1, o.ForcedStart}, {o.MaxLength - 1, o.ForcedEnd}} {
		if len(f.ids) == 0 || len(ids) != f.at {
			continue
		}
		for i := range scores {
			scores[i] = never
		}
		for _, id := range f.ids {
			scores[id] = 0
		}
	}
}

// removeInvalid makes NaN 0 and brings infinities within what float32 has.
func removeInvalid(scores []float32) {
	for i, v := range scores {
		switch {
		case v != v:
			scores[i] = 0
		case v > math.MaxFloat32:
			scores[i] = math.MaxFloat32
		case v < -math.MaxFloat32:
			scores[i] = -math.MaxFloat32
		}
	}
}

// hasten raises the scores of the end tokens as Decay says.
func (o *Options) hasten(scores []float32, length int) {
	late := length - o.prompt - o.Decay.Start
	if o.Decay.Factor == 0 || late <= 0 {
		return
	}
	by := float32(math.Pow(o.Decay.Factor, float64(late)) - 1)
	for _, id := range o.End {
		if id >= 0 && int(id) < len(scores) && scores[id] != never {
			scores[id] += float32(math.Abs(float64(scores[id]))) * by
		}
	}
}
