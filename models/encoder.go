package models

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models/packed"
	"github.com/lmkor/bench/ops"
)

// layerNames are what an architecture calls the parts of a layer.
type layerNames struct{ query, key, value, out, outNorm, up, down, norm, distance string }

var (
	bertNames = layerNames{"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
		"attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm", "attention.self.distance_embedding"}
	albertNames = layerNames{"attention.query", "attention.key", "attention.value", "attention.dense",
		"attention.LayerNorm", "ffn", "ffn_output", "full_layer_layer_norm", "attention.distance_embedding"}
	distilNames = layerNames{"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin",
		"sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm", ""}
)

// layerSizes are the sizes of a layer, whatever the config calls them.
type layerSizes struct {
	hidden, inner, heads int
	eps                  float64
	distances            int // rows of the table of distances; 0: there is none
}

// layerRates are a layer's dropout rates.
type layerRates struct {
	probs, out, inner float64 // of attention probabilities, behind attention, behind the feed-forward part
}

// postLayer is the layer of BERT and its kin: self-attention, for decoders
// cross-attention, and a feed-forward part, each with its residual and a layer
// norm behind it.
type postLayer struct {
	nn.Module
	Q, K, V, O Linear
	Distances  *nn.Param // [2M-1, D], what queries meet at each distance; nil: positions are absolute
	ONorm      Norm
	Cross      *crossAttention // nil but in the decoder of an encoder-decoder
	Up, Down   Linear
	Norm       Norm

	heads int
	scale float32 // of the scores; 0: 1/√D
	act   kernels.Act
}

func newPostLayer(b *builder, prefix string, n layerNames, s layerSizes, act kernels.Act) *postLayer {
	h := s.hidden
	l := &postLayer{
		Q:     b.linear(prefix+"."+n.query, h, h),
		K:     b.linear(prefix+"."+n.key, h, h),
		V:     b.linear(prefix+"."+n.value, h, h),
		O:     b.linear(prefix+"."+n.out, h, h),
		ONorm: b.norm(prefix+"."+n.outNorm, h, s.eps),
		Up:    b.linear(prefix+"."+n.up, h, s.inner),
		Down:  b.linear(prefix+"."+n.down, s.inner, h),
		Norm:  b.norm(prefix+"."+n.norm, h, s.eps),
		heads: s.heads,
		act:   act,
	}
	if s.distances > 0 {
		l.Distances = b.weight(prefix+"."+n.distance+".weight", s.distances, h/s.heads)
	}
	return l
}

// attend says how the layer's tokens see each other, and what they see besides.
type attend struct {
	offsets []int32
	causal  bool
	cache   *ops.Cache     // of a decoder's earlier tokens; nil: there are none
	source  *source        // what cross-attention sees
	only    *packed.Subset // the rows to make; nil: all
	// far says how scores depend on the distance of tokens, from the layer's table
	// and the queries' positions, nil for all; nil: they do not.
	far func(table *nn.Param, at []int32) ops.DistanceSpec
}

func (l *postLayer) Forward(p *ops.Pass, x mat.Tensor, r layerRates, a attend) mat.Tensor {
	spec := ops.AttentionSpec{Heads: l.heads, Offsets: a.offsets, Causal: a.causal, Scale: l.scale, Dropout: float32(r.probs)}
	var y mat.Tensor
	switch {
	case a.only != nil: // a row is its sequence's last where attention is causal: it sees all
		spec = ops.AttentionSpec{Heads: l.heads, Offsets: a.only.Offsets, KeyOff: a.offsets, Scale: l.scale, Dropout: float32(r.probs)}
		kv := sideBySide(p, x, l.K, l.V)
		x = ops.Rows(p, x, a.only.Rows)
		if q := l.Q.Forward(p, x, kernels.Identity); a.far == nil {
			y = ops.CrossAttention(p, q, kv, spec)
		} else {
			y = ops.DistanceAttention(p, q, kv, spec, a.far(l.Distances, a.only.Positions(a.offsets)))
		}
	case a.cache != nil:
		y = ops.CachedAttention(p, sideBySide(p, x, l.Q, l.K, l.V), a.cache, spec)
	case a.far != nil:
		y = ops.DistanceAttention(p, sideBySide(p, x, l.Q, l.K, l.V), nil, spec, a.far(l.Distances, nil))
	default:
		y = ops.SelfAttention(p, sideBySide(p, x, l.Q, l.K, l.V), spec)
	}
	x = l.ONorm.AddForward(p, l.O.Forward(p, y, kernels.Identity), x, r.out)
	if l.Cross != nil {
		x = l.Cross.Forward(p, x, r, a)
	}
	y = l.Down.Forward(p, l.Up.Forward(p, x, l.act), kernels.Identity)
	return l.Norm.AddForward(p, y, x, r.inner)
}

// embeddings sums the rows of words, positions and token types, of which the
// latter are nil where there are none, and normalises the sum.
type embeddings struct {
	nn.Module
	Words, Positions, Types *nn.Param
	Norm                    Norm
	pad                     int32 // the word, and with fromPad the position, without gradient; -1: none
	fromPad                 bool  // positions count from the padding's index
	relative                bool  // positions have no vectors here, but between tokens
}

// newEmbeddings builds tables of the given width; types < 1 means no token types.
func newEmbeddings(b *builder, prefix string, c *Config, width, types int, eps float64) embeddings {
	e := embeddings{
		Words:     b.weight(prefix+".word_embeddings.weight", c.VocabSize, width),
		Positions: b.weight(prefix+".position_embeddings.weight", c.MaxPositionEmbeddings, width),
		pad:       int32(c.PadTokenID),
	}
	e.fromPad, e.relative = c.arch().fromPad, c.relative()
	if types > 0 {
		e.Types = b.weight(prefix+".token_type_embeddings.weight", types, width)
	}
	e.Norm = b.norm(prefix+".LayerNorm", width, eps)
	return e
}

func (e *embeddings) Forward(p *ops.Pass, in *Batch, dropout float64, starts []int32) mat.Tensor {
	words := ops.Lookup{Table: e.Words, IDs: in.IDs, NoGrad: e.pad}
	positions := ops.Lookup{Table: e.Positions, IDs: in.Positions(starts), NoGrad: -1}
	if e.fromPad {
		positions = ops.Lookup{Table: e.Positions, IDs: in.PositionsFromPad(e.pad, starts), NoGrad: e.pad}
	}
	lookups := []ops.Lookup{words, positions}
	if e.relative {
		lookups = lookups[:1]
	}
	if e.Types != nil {
		lookups = append(lookups, ops.Lookup{Table: e.Types, IDs: in.TypesOf(ops.Of(e.Types).Rows()), NoGrad: -1})
	}
	return ops.Dropout(p, e.Norm.Forward(p, ops.Embedding(p, lookups...)), float32(dropout))
}

// encoder is embeddings, for ELECTRA their projection, and layers.
type encoder struct {
	nn.Module
	Embeddings embeddings
	Project    *Linear // nil where embeddings are as wide as layers
	Layers     []*postLayer
	causal     bool
	rates      func(c *Config) (embedding float64, layer layerRates)
}

// newBertEncoder builds the encoder that BERT, ELECTRA and RoBERTa share.
func newBertEncoder(b *builder, prefix string, c *Config, width int) (*encoder, error) {
	act, err := activation("hidden_act", c.HiddenAct)
	if err != nil {
		return nil, err
	}
	e := &encoder{rates: bertRates, causal: c.IsDecoder}
	e.Embeddings = newEmbeddings(b, prefix+".embeddings", c, width, c.TypeVocabSize, c.LayerNormEps)
	if width != c.HiddenSize {
		project := b.linear(prefix+".embeddings_project", width, c.HiddenSize)
		e.Project = &project
	}
	for i := range c.NumHiddenLayers {
		e.Layers = append(e.Layers, newPostLayer(b, fmt.Sprintf("%s.encoder.layer.%d", prefix, i), bertNames, c.layerSizes(), act))
	}
	return e, nil
}

func (c *Config) layerSizes() layerSizes {
	s := layerSizes{c.HiddenSize, c.IntermediateSize, c.NumAttentionHeads, c.LayerNormEps, 0}
	if c.relative() {
		s.distances = 2*c.MaxPositionEmbeddings - 1
	}
	return s
}

func bertRates(c *Config) (float64, layerRates) {
	return c.HiddenDropout, layerRates{c.AttentionDropout, c.HiddenDropout, c.HiddenDropout}
}

func (e *encoder) forward(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor {
	return e.run(p, in, c, rows, nil, nil)
}

// run is the way through all layers to the vectors of rows, of all tokens if
// nil; st holds the keys and values of earlier tokens and src what
// cross-attention sees, either may be nil.
func (e *encoder) run(p *ops.Pass, in *Batch, c *Config, rows []int32, st *decoding, src *source) mat.Tensor {
	embedding, rates := e.rates(c)
	x := e.Embeddings.Forward(p, in, embedding, st.starts())
	if e.Project != nil {
		x = e.Project.Forward(p, x, kernels.Identity)
	}
	src.release(p, x)
	a := attend{offsets: in.Offsets, causal: e.causal, source: src}
	if e.Embeddings.relative {
		a.far = c.far(in, 0)
	}
	for i, l := range e.Layers {
		a.cache = st.cache(i)
		if i == len(e.Layers)-1 && st == nil && src == nil {
			a.only = in.Subset(rows, e.causal)
		}
		x = l.Forward(p, x, rates, a)
		src.release(p, x)
	}
	return rest(p, a.only, x, rows)
}
