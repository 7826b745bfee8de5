package generation

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

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
	ids, d, err := prepare(m, prompt, &o)
	if err != nil {
		return Text{}, err
	}
	defer d.Close()
	if o.Beams > 1 {
		return beams(ctx, d, ids, &o)
	}
	random := rand.New(rand.NewPCG(o.Seed, 0))
	scores := feed(d, [][]int32{ids})[0]
	for {
		if err := ctx.Err(); err != nil {
			return Text{}, err
		}
		next, err := o.choose(scores, ids, random)
		if err != nil {
			return Text{}, err
		}
		ids = append(ids, next)
		if len(ids) == o.MaxLength || slices.Contains(o.End, next) {
			return Text{IDs: ids}, nil
		}
		scores = feed(d, [][]int32{{next}})[0]
	}
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
	ids, d, err := prepare(m, prompt, &o)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	all := o.Next(feed(d, [][]int32{ids})[0], ids)
	if len(all) == 0 {
		return nil, errNoToken
	}
	return all, nil
}

// errNoToken says that a text can't go on.
var errNoToken = errors.New("every token is ruled out: want fewer settings that do")

// prepare checks the options and returns what the decoder reads first.
func prepare(m *models.Model, prompt []int32, o *Options) ([]int32, *models.Decoder, error) {
	if len(prompt) == 0 {
		return nil, nil, &Error{"text", "no tokens: want some to begin with"}
	}
	in := &models.Batch{}
	in.Append(prompt, nil)
	if err := m.Check(in); err != nil {
		return nil, nil, err
	}
	ids, source := slices.Clone(prompt), (*models.Batch)(nil)
	if m.Config.ModelType == "encoder-decoder" {
		ids, source = []int32{o.Start}, in
		if o.Start < 0 || int(o.Start) >= m.Config.Outputs() {
			return nil, nil, &Error{"decoder_start_token_id", "none: want the token that the decoder begins with"}
		}
	}
	if err := o.Check(len(ids), m.Config.Outputs()); err != nil {
		return nil, nil, err
	}
	o.prompt, o.source = len(ids), prompt
	d, err := m.NewDecoder(1, o.MaxLength, source)
	return ids, d, err
}

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
