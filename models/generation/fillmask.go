package generation

import (
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// FillMask returns the top most probable tokens at each of the given positions
// of a text, ids with token types, by a masked language model.
func FillMask(m *models.Model, ids, types []int32, positions []int32, top int) ([][]Probability, error) {
	if m.Head.Kind != models.MaskedLMHead {
		return nil, &Error{"model", "has no masked language model's head: want one that fills masks"}
	}
	b := &models.Batch{Only: positions}
	b.Append(ids, types)
	if err := m.Check(b); err != nil {
		return nil, err
	}
	y := ops.Of(m.Forward(&ops.Pass{Backend: ops.NewCPU()}, b))
	all := make([][]Probability, len(positions))
	for i := range positions {
		scores := y.Floats()[i*y.Cols() : (i+1)*y.Cols()]
		ranked := rank(scores)
		softmax(ranked, scores)
		all[i] = ranked[:min(top, len(ranked))]
	}
	return all, nil
}
