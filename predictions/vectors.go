package predictions

import (
	"context"
	"iter"

	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
)

// VectorLine is the vector of one text or pair.
type VectorLine struct {
	ID        int       `json:"id"` // from 0, in the order of the input
	Text      string    `json:"text"`
	TextPair  *string   `json:"text_pair,omitempty"`
	Vector    []float32 `json:"vector"`
	Truncated bool      `json:"truncated,omitempty"` // the model saw the text's beginning only
}

// Vectors yields a vector for every text, in their order, as Answer does lines. It
// ends at the first error: that of the texts, that of ctx, or a *TextError.
func Vectors(ctx context.Context, m *predictors.Embedder, texts iter.Seq2[Text, error]) iter.Seq2[VectorLine, error] {
	return computed(ctx, texts, func(ctx context.Context, first int, part []Text) ([]VectorLine, error) {
		return vectorsOf(ctx, m, first, part)
	})
}

// vectorsOf makes the vectors of texts that are computed together.
func vectorsOf(ctx context.Context, m *predictors.Embedder, first int, texts []Text) ([]VectorLine, error) {
	e, err := m.Encode(len(texts), func(i int) predictors.Input {
		in, _ := InputOf(tasks.Classify, texts[i])
		return in
	})
	if err != nil {
		return nil, err
	}
	vectors, err := m.Embed(ctx, e)
	if err != nil {
		return nil, err
	}
	lines := make([]VectorLine, len(texts))
	for i, v := range vectors {
		lines[i] = VectorLine{ID: first + i, Text: texts[i].Text, TextPair: texts[i].Pair, Vector: v.Values,
			Truncated: v.Truncated}
	}
	return lines, nil
}
