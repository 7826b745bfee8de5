package predictors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tokenizers"
)

// Predictor is a model with its tokenizer and recipe. It is for one goroutine
// at a time; any number of predictors may read one model.
type Predictor struct {
	model  *models.Model
	tok    *tokenizers.Tokenizer
	form   Form
	recipe Recipe
	mem    ops.Backend
}

// New returns a predictor where the model is: on its device, or with memory of its
// own.
func New(m *models.Model, tok *tokenizers.Tokenizer, form Form, r Recipe) *Predictor {
	return &Predictor{model: m, tok: tok, form: form, recipe: r, mem: m.Backend()}
}

// With returns the predictor working in an arena that others use too.
func (p *Predictor) With(mem ops.Backend) *Predictor {
	q := *p
	q.mem = mem
	return &q
}

// In returns the predictor computing in another precision.
func (p *Predictor) In(other device.Precision) *Predictor {
	q := *p
	q.recipe.Precision = other
	return &q
}

// Recipe returns what the answers depend on besides the model.
func (p *Predictor) Recipe() Recipe { return p.recipe }

// Model returns the model that answers.
func (p *Predictor) Model() *models.Model { return p.model }

// Encode tokenizes n inputs, on all cores. The error is an *InputError about the
// first one that the model can't read.
func (p *Predictor) Encode(n int, at func(i int) Input) (*Encoded, error) {
	e := encode(n, at, p.tok, p.form, p.recipe)
	return e, e.check(p.model)
}

// Answer answers inputs, in their order.
func (p *Predictor) Answer(ctx context.Context, inputs []Input) ([]Answer, error) {
	e, err := p.Encode(len(inputs), func(i int) Input { return inputs[i] })
	if err != nil {
		return nil, err
	}
	return p.Predict(ctx, e)
}

// BatchTokens bounds a batch: enough rows to keep every core busy, few enough
// to stay in cache.
const BatchTokens = 2048

// Predict answers encoded inputs, in their order. Batches hold inputs of similar
// length; no answer depends on its batch. It stops between two batches when ctx
// is cancelled, with a *NonFiniteError where the model gives no finite numbers, and
// with a *device.Failure where its device can do no more.
func (p *Predictor) Predict(ctx context.Context, e *Encoded) (all []Answer, err error) {
	defer device.Caught(&err)
	out := make([]Answer, e.Len())
	pass := &ops.Pass{Backend: p.mem, Precision: p.recipe.Precision}
	err = e.eachBatch(ctx, p.recipe.PadTo(), func(inputs []int, b *models.Batch) error {
		pass.Begin(0)
		defer pass.Release()
		t := ops.Of(p.model.Forward(pass, b))
		values, finite := ops.Values(t)
		logits := rows{values, t.Cols()}
		if !finite {
			return nonFinite(inputs, b, logits, pass.Precision)
		}
		for k, i := range inputs {
			out[i] = p.form.answer(e, i, logits, k, int(b.Offsets[k]))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// eachBatch calls f with batches of inputs of similar length, the longest first,
// until it fails or ctx is cancelled.
func (e *Encoded) eachBatch(ctx context.Context, padTo int, f func(inputs []int, b *models.Batch) error) error {
	order := make([]int, e.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.Length(b), e.Length(a)) })
	var b models.Batch
	for len(order) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := e.fitting(order, padTo)
		e.Fill(&b, order[:n])
		b.PadTo = padTo
		if err := f(order[:n], &b); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}

// fitting returns how many of the inputs in order make one batch: one at least.
func (e *Encoded) fitting(order []int, padTo int) int {
	tokens := 0
	for n, i := range order {
		tokens += max(e.Length(i), padTo)
		if n > 0 && tokens > BatchTokens {
			return n
		}
	}
	return len(order)
}

// NonFiniteError says at which input, from 0, the model's logits are NaN or
// infinite: its weights are broken, or too large for its precision.
type NonFiniteError struct {
	Input     int
	Precision device.Precision
}

func (e *NonFiniteError) Error() string { return fmt.Sprintf("input %d: %v", e.Input+1, e.Unwrap()) }

// Unwrap returns what is wrong, without the input.
func (e *NonFiniteError) Unwrap() error {
	if e.Precision == device.Float16 {
		return errBeyondFloat16
	}
	return errNonFinite
}

var (
	errNonFinite     = errors.New("the model's logits are NaN or infinite: its weights are broken")
	errBeyondFloat16 = errors.New("the model's logits are NaN or infinite: numbers beyond 65504 are in float16, or its weights " +
		"are broken: want precision=float32")
)

// nonFinite says which of a batch's inputs has the first logits that are not finite.
func nonFinite(inputs []int, b *models.Batch, logits rows, in device.Precision) error {
	perInput := len(logits.data) == logits.cols*len(inputs)
	for k, i := range inputs {
		first, end := int(b.Offsets[k]), int(b.Offsets[k+1])
		if perInput {
			first, end = k, k+1
		}
		if !kernels.Finite(logits.data[first*logits.cols : end*logits.cols]) {
			return &NonFiniteError{Input: i, Precision: in}
		}
	}
	return &NonFiniteError{Input: inputs[0], Precision: in}
}
