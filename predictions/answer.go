package predictions

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
)

// TextError says which text, from 0, can't be answered.
type TextError struct {
	ID  int
	Err error
}

func (e *TextError) Error() string { return fmt.Sprintf("text %d: %v", e.ID+1, e.Err) }
func (e *TextError) Unwrap() error { return e.Err }

// Answer yields a line for every text, in their order, while further ones are read
// and computed: memory is bounded however many there are, and those that come
// slowly are answered as they come. It ends at the first error: that of the texts,
// that of ctx, or a *TextError.
func Answer(ctx context.Context, v *checkpoints.Voting, texts iter.Seq2[Text, error]) iter.Seq2[Line, error] {
	return computed(ctx, texts, func(ctx context.Context, first int, part []Text) ([]Line, error) {
		return answer(ctx, v, first, part)
	})
}

// computed yields what compute makes of texts, a part at a time, of which first is
// the number of the first.
func computed[T any](ctx context.Context, texts iter.Seq2[Text, error],
	compute func(ctx context.Context, first int, part []Text) ([]T, error)) iter.Seq2[T, error] {
	parts := ahead(ctx, func(ctx context.Context) iter.Seq2[[]T, error] {
		return func(yield func([]T, error) bool) {
			done := 0
			for part, err := range gather(ctx, texts) {
				var lines []T
				if err == nil {
					lines, err = compute(ctx, done, part)
				}
				if !yield(lines, textError(done, err)) || err != nil {
					return
				}
				done += len(part)
			}
		}
	})
	return func(yield func(T, error) bool) {
		for part, err := range parts {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, l := range part {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

// answer answers texts that are computed together, the first of which is number first.
func answer(ctx context.Context, v *checkpoints.Voting, first int, texts []Text) ([]Line, error) {
	kind := v.Members[0].Kind
	inputs := make([]predictors.Input, len(texts))
	words := make([][]predictors.Word, len(texts))
	for i, t := range texts {
		if kind == tasks.Tag && t.Pair != nil {
			return nil, &TextError{first + i, errPair}
		}
		inputs[i], words[i] = InputOf(kind, t)
	}
	members := make([][]predictors.Answer, len(v.Members))
	for k, m := range v.Members {
		var err error
		if members[k], err = m.Predictor.Answer(ctx, inputs); err != nil {
			return nil, err
		}
	}
	lines := make([]Line, len(texts))
	answers := make([]predictors.Answer, len(members))
	for i, t := range texts {
		for k := range members {
			answers[k] = members[k][i]
		}
		lines[i] = LineOf(v, first+i, t, words[i], answers)
	}
	lines[len(lines)-1].last = true
	return lines, nil
}

var errPair = errors.New("a pair, for a model that tags words: want one text")

// textError makes an error about one of texts that were computed together, of which
// done come before, one about a text of all.
func textError(done int, err error) error {
	var in *predictors.InputError
	if errors.As(err, &in) {
		return &TextError{done + in.Input, in.Err}
	}
	var broken *predictors.NonFiniteError
	if errors.As(err, &broken) {
		return &TextError{done + broken.Input, broken.Unwrap()}
	}
	return err
}
