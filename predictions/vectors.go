package predictions

import (
	"context"
	"errors"
	"iter"

	"github.com/lmkor/bench/predictors"
)

// VectorLine is the vector of one text or pair.
type VectorLine struct {
	ID        int       `json:"id"` // from 0, in the order of the input
	Text      string    `json:"text"`
	TextPair  *string   `json:"text_pair,omitempty"`
	Vector    []float32 `json:"vector"`
	Truncated bool      `json:"truncated,omitempty"` // the model saw the text's beginning only
}

// Vectors yields a vector for every text, in their order. It ends at the first
// error: that of the texts, or a *TextError.
func Vectors(ctx context.Context, m *predictors.Embedder, texts iter.Seq2[Text, error]) iter.Seq2[VectorLine, error] {
	return func(yield func(VectorLine, error) bool) {
		done := 0
		for part, err := range chunks(texts) {
			if err != nil {
				yield(VectorLine{}, err)
				return
			}
			lines, err := vectorsOf(ctx, m, done, part)
			if err != nil {
				yield(VectorLine{}, err)
				return
			}
			for _, l := range lines {
				if !yield(l, nil) {
					return
				}
			}
			done += len(part)
		}
	}
}

// chunks gathers texts that are answered together. An error comes behind the
// texts before it.
func chunks(texts iter.Seq2[Text, error]) iter.Seq2[[]Text, error] {
	return func(yield func([]Text, error) bool) {
		var part []Text
		bytes := 0
		for t, err := range texts {
			if err != nil {
				if len(part) == 0 || yield(part, nil) {
					yield(nil, err)
				}
				return
			}
			part = append(part, t)
			if bytes += len(t.Text); t.Pair != nil {
				bytes += len(*t.Pair)
			}
			if len(part) == chunkTexts || bytes >= chunkBytes {
				if !yield(part, nil) {
					return
				}
				part, bytes = part[:0], 0
			}
		}
		if len(part) > 0 {
			yield(part, nil)
		}
	}
}

func vectorsOf(ctx context.Context, m *predictors.Embedder, first int, texts []Text) ([]VectorLine, error) {
	e, err := m.Encode(len(texts), func(i int) predictors.Input {
		in := predictors.Input{Text: texts[i].Text}
		if p := texts[i].Pair; p != nil {
			in.Pair, in.HasPair = *p, true
		}
		return in
	})
	var vectors []predictors.Vector
	if err == nil {
		vectors, err = m.Embed(ctx, e)
	}
	var in *predictors.InputError
	var broken *predictors.NonFiniteError
	switch {
	case errors.As(err, &in):
		return nil, &TextError{first + in.Input, in.Err}
	case errors.As(err, &broken):
		return nil, &TextError{first + broken.Input, errNonFinite}
	case err != nil:
		return nil, err
	}
	lines := make([]VectorLine, len(texts))
	for i, v := range vectors {
		lines[i] = VectorLine{ID: first + i, Text: texts[i].Text, TextPair: texts[i].Pair, Vector: v.Values,
			Truncated: v.Truncated}
	}
	return lines, nil
}
