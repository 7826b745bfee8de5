package generation

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// Masked is a text with hidden tokens.
type Masked struct {
	IDs, Types []int32
	Positions  []int32 // of the hidden tokens, ascending
}

// FillMask returns the top most probable tokens at each of the given positions
// of a text, ids with token types, by a masked language model.
func FillMask(m *models.Model, ids, types []int32, positions []int32, top int) ([][]Probability, error) {
	all, err := FillMasks(m.Backend(), m, []Masked{{ids, types, positions}}, top)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// FillMasks is FillMask of several texts at once, in an arena of the caller's. No
// answer depends on the other texts.
func FillMasks(mem ops.Backend, m *models.Model, texts []Masked, top int) (filled [][][]Probability, err error) {
	defer device.Caught(&err)
	if m.Head.Kind != models.MaskedLMHead {
		return nil, &Error{"model", "has no masked language model's head: want one that fills masks"}
	}
	b := &models.Batch{Only: []int32{}}
	for _, t := range texts {
		first := int32(b.Tokens())
		for _, at := range t.Positions {
			b.Only = append(b.Only, first+at)
		}
		b.Append(t.IDs, t.Types)
	}
	if err := m.Check(b); err != nil {
		return nil, err
	}
	pass := &ops.Pass{Backend: mem}
	pass.Begin(0)
	defer pass.Release()
	y := ops.Of(m.Forward(pass, b))
	values, row := y.Floats(), 0
	all := make([][][]Probability, len(texts))
	for i, t := range texts {
		for range t.Positions {
			scores := values[row*y.Cols() : (row+1)*y.Cols()]
			ranked := rank(scores)
			softmax(ranked, scores)
			all[i] = append(all[i], ranked[:min(top, len(ranked))])
			row++
		}
	}
	return all, nil
}
