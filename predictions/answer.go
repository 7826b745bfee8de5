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

// The most that is answered at once, so that memory is bounded however much
// there is to answer.
const (
	chunkTexts = 1024
	chunkBytes = 4 << 20
)

// TextError says which text, from 0, can't be answered.
type TextError struct {
	ID  int
	Err error
}

func (e *TextError) Error() string { return fmt.Sprintf("text %d: %v", e.ID+1, e.Err) }
func (e *TextError) Unwrap() error { return e.Err }

// Answer yields a line for every text, in their order. It ends at the first
// error: that of the texts, or a *TextError.
func Answer(ctx context.Context, v *checkpoints.Voting, texts iter.Seq2[Text, error]) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		c := chunk{ctx: ctx, v: v, yield: yield}
		for t, err := range texts {
			if err != nil {
				if c.flush() {
					yield(Line{}, err)
				}
				return
			}
			if !c.add(t) {
				return
			}
		}
		c.flush()
	}
}

// chunk gathers texts and answers them together.
type chunk struct {
	ctx   context.Context
	v     *checkpoints.Voting
	yield func(Line, error) bool
	texts []Text
	bytes int
	done  int // texts answered before
}

func (c *chunk) add(t Text) bool {
	c.texts = append(c.texts, t)
	c.bytes += len(t.Text)
	if t.Pair != nil {
		c.bytes += len(*t.Pair)
	}
	return len(c.texts) < chunkTexts && c.bytes < chunkBytes || c.flush()
}

// flush answers what was gathered; false: nothing more is wanted.
func (c *chunk) flush() bool {
	if len(c.texts) == 0 {
		return true
	}
	kind := c.v.Members[0].Kind
	inputs := make([]predictors.Input, len(c.texts))
	words := make([][]predictors.Word, len(c.texts))
	for i, t := range c.texts {
		if kind == tasks.Tag && t.Pair != nil {
			return c.yield(Line{}, &TextError{c.done + i, errPair}) && false
		}
		inputs[i], words[i] = InputOf(kind, t)
	}
	members := make([][]predictors.Answer, len(c.v.Members))
	for k, m := range c.v.Members {
		var err error
		if members[k], err = m.Predictor.Answer(c.ctx, inputs); err != nil {
			return c.yield(Line{}, c.counted(err)) && false
		}
	}
	answers := make([]predictors.Answer, len(members))
	for i, t := range c.texts {
		for k := range members {
			answers[k] = members[k][i]
		}
		if !c.yield(LineOf(c.v, c.done+i, t, words[i], answers), nil) {
			return false
		}
	}
	c.done += len(c.texts)
	c.texts, c.bytes = c.texts[:0], 0
	return true
}

var errPair = errors.New("a pair, for a model that tags words: want one text")

// counted makes an error of answering one about a text of all.
func (c *chunk) counted(err error) error {
	var in *predictors.InputError
	if errors.As(err, &in) {
		return &TextError{c.done + in.Input, in.Err}
	}
	var broken *predictors.NonFiniteError
	if errors.As(err, &broken) {
		return &TextError{c.done + broken.Input, errNonFinite}
	}
	return err
}

var errNonFinite = errors.New("the model's logits are NaN or infinite: its weights are broken")
