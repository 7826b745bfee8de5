package predictors

import (
	"context"
	"math"
	"slices"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tokenizers"
)

// Pooling is how a text's vector is made of its tokens'.
type Pooling string

// The kinds of pooling, of the last layer's vectors.
const (
	Mean   Pooling = "mean"   // of all tokens, special ones included
	First  Pooling = "first"  // of the first token, BERT's [CLS]
	Pooler Pooling = "pooler" // of the first token, through the checkpoint's pooler
)

// Poolings are all kinds of pooling, the default first.
var Poolings = []Pooling{Mean, First, Pooler}

// Embedder makes vectors of texts. It is for one goroutine at a time; any number
// of embedders may read one model.
type Embedder struct {
	model     *models.Model
	tok       *tokenizers.Tokenizer
	recipe    Recipe
	pooling   Pooling
	normalize bool
	mem       ops.Backend
}

// NewEmbedder returns an embedder where the model is, as New. With normalize vectors
// have length 1; a vector of zeros stays one.
func NewEmbedder(m *models.Model, tok *tokenizers.Tokenizer, r Recipe, pooling Pooling, normalize bool) *Embedder {
	return &Embedder{model: m, tok: tok, recipe: r, pooling: pooling, normalize: normalize, mem: m.Backend()}
}

// With returns an embedder of another pooling that works in an arena that others
// use too.
func (m *Embedder) With(mem ops.Backend, pooling Pooling, normalize bool) *Embedder {
	n := *m
	n.mem, n.pooling, n.normalize = mem, pooling, normalize
	return &n
}

// Model returns the model that makes the vectors.
func (m *Embedder) Model() *models.Model { return m.model }

// Recipe returns what the vectors depend on besides the model.
func (m *Embedder) Recipe() Recipe { return m.recipe }

// Width returns the number of values of a vector.
func (m *Embedder) Width() int { return m.model.Config.Sizes().Hidden }

// Vector is the vector of one text.
type Vector struct {
	Values    []float32
	Tokens    int  // that the model read, special ones included
	Truncated bool // the model saw the text's beginning only
}

// Encode tokenizes n texts or pairs, on all cores. The error is an *InputError
// about the first one that the model can't read.
func (m *Embedder) Encode(n int, at func(i int) Input) (*Encoded, error) {
	e := encode(n, at, m.tok, Classes{}, m.recipe)
	return e, e.check(m.model)
}

// Embed makes the vectors of encoded texts, in their order. No vector depends on
// what else is asked. It stops between two batches when ctx is cancelled, with a
// *NonFiniteError where the model gives no finite numbers, and with a *device.Failure
// where its device can do no more.
func (m *Embedder) Embed(ctx context.Context, e *Encoded) (all []Vector, err error) {
	defer device.Caught(&err)
	out := make([]Vector, e.Len())
	pass := &ops.Pass{Backend: m.mem, Precision: m.recipe.Precision}
	err = e.eachBatch(ctx, 0, func(inputs []int, b *models.Batch) error {
		pass.Begin(0)
		defer pass.Release()
		x, err := m.forward(pass, b)
		if err != nil {
			return err
		}
		t := ops.Of(x)
		x32, finite := ops.Values(t)
		values := rows{x32, t.Cols()}
		if !finite {
			return nonFinite(inputs, b, values, pass.Precision)
		}
		for k, i := range inputs {
			out[i] = Vector{Values: m.pool(values, b, k), Tokens: b.Len(k), Truncated: e.cut[i]}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// forward returns a row for each sequence, or for the mean one for each token.
func (m *Embedder) forward(pass *ops.Pass, b *models.Batch) (mat.Tensor, error) {
	switch m.pooling {
	case First:
		return m.model.Vectors(pass, b, b.Firsts())
	case Pooler:
		return m.model.Pooled(pass, b)
	}
	return m.model.Vectors(pass, b, nil)
}

// pool makes the vector of sequence k. Sums are float64, token by token.
func (m *Embedder) pool(values rows, b *models.Batch, k int) []float32 {
	var v []float32
	if m.pooling != Mean {
		v = slices.Clone(values.row(k))
	} else {
		v = make([]float32, values.cols)
		sums := make([]float64, values.cols)
		for t := b.Offsets[k]; t < b.Offsets[k+1]; t++ {
			for i, x := range values.row(int(t)) {
				sums[i] += float64(x)
			}
		}
		for i, s := range sums {
			v[i] = float32(s / float64(b.Len(k)))
		}
	}
	if m.normalize {
		var squares float64
		for _, x := range v {
			squares += float64(x) * float64(x)
		}
		if length := math.Sqrt(squares); length > 0 {
			for i, x := range v {
				v[i] = float32(float64(x) / length)
			}
		}
	}
	return v
}
