package generation

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models"
)

// Text is what was generated.
type Text struct {
	IDs   []int32 // all of it, prompt or start token and end token included
	Score float64 // of a beam search: the mean logarithmic probability, by the length penalty
}

// Generate continues prompt with a causal language model, or answers it with
// an encoder-decoder, whose encoder reads it. A device that can do no more gives a
// *device.Failure, here and in the functions beside.
func Generate(ctx context.Context, m *models.Model, prompt []int32, o Options) (t Text, err error) {
	defer device.Caught(&err)
	s, err := NewSession(m)
	if err != nil {
		return Text{}, err
	}
	defer s.Close()
	c, err := s.Join(prompt, o)
	if err != nil {
		return Text{}, err
	}
	for !c.Done {
		if err := ctx.Err(); err != nil {
			return Text{}, err
		}
		s.Step()
	}
	if c.Err != nil {
		return Text{}, c.Err
	}
	return Text{IDs: c.IDs, Score: c.Score}, nil
}

// choose returns the token that follows ids: drawn, or the best. It changes scores.
func (o *Options) choose(scores []float32, ids []int32, random *rand.Rand) (int32, error) {
	if o.Sample {
		all := o.Next(scores, ids)
		if len(all) == 0 {
			return 0, errNoToken
		}
		return pick(all, random.Float64()), nil
	}
	o.process(scores, ids)
	next := int32(kernels.Argmax(scores)) // of equals the smallest
	if scores[next] == never {
		return 0, errNoToken
	}
	return next, nil
}

// Distribution returns the tokens that sampling may put behind the prompt, as
// Options.Next.
func Distribution(m *models.Model, prompt []int32, o Options) (next []Probability, err error) {
	defer device.Caught(&err)
	s, err := NewSession(m)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	c, err := s.Join(prompt, o)
	if err != nil {
		return nil, err
	}
	all := c.o.Next(feed(s.d, [][]int32{c.IDs})[0], c.IDs)
	if len(all) == 0 {
		return nil, errNoToken
	}
	return all, nil
}

// errNoToken says that a text can't go on.
var errNoToken = errors.New("every token is ruled out: want fewer settings that do")

// feed lets the decoder read tokens behind each sequence and returns the scores
// of the next ones.
func feed(d *models.Decoder, tokens [][]int32) [][]float32 {
	var b models.Batch
	for _, ids := range tokens {
		b.Append(ids, nil)
	}
	y := d.Next(&b)
	values, scores := y.Floats(), make([][]float32, len(tokens))
	for i := range scores {
		scores[i] = values[i*y.Cols() : (i+1)*y.Cols()]
	}
	return scores
}

// pick returns the token at u, in [0, 1), of the mass.
func pick(all []Probability, u float64) int32 {
	for _, p := range all {
		if u -= p.Prob; u < 0 {
			return p.ID
		}
	}
	return all[len(all)-1].ID
}
