package models

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// DebertaConfig is what DeBERTa alone reads of config.json.
type DebertaConfig struct {
	RelativeAttention    bool     `json:"relative_attention"`
	PosAttType           attKinds `json:"pos_att_type"`
	ShareAttKey          bool     `json:"share_att_key"`
	MaxRelativePositions int      `json:"max_relative_positions"` // below 1: max_position_embeddings
	PositionBuckets      int      `json:"position_buckets"`       // below 1: every distance has a row
	NormRelEbd           string   `json:"norm_rel_ebd"`
	PositionBiasedInput  bool     `json:"position_biased_input"`
	AttentionHeadSize    int      `json:"attention_head_size"` // 0: hidden size by heads
	ConvKernelSize       int      `json:"conv_kernel_size"`    // 0: no convolution
	ConvGroups           int      `json:"conv_groups"`
	ConvAct              string   `json:"conv_act"`
	PoolerHiddenSize     int      `json:"pooler_hidden_size"` // 0: the hidden size
	PoolerHiddenAct      string   `json:"pooler_hidden_act"`
	PoolerDropout        float64  `json:"pooler_dropout"`
	ClsDropout           *float64 `json:"cls_dropout"` // nil: the hidden one
	Legacy               bool     `json:"legacy"`
}

// attKinds are the kinds of scores that positions take part in: "c2p", content to
// position, and "p2c".
type attKinds []string

// UnmarshalJSON reads a list, or one string as old configs have it: "p2c|c2p".
func (k *attKinds) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) != nil {
		return json.Unmarshal(b, (*[]string)(k))
	}
	*k = nil
	for s := range strings.SplitSeq(strings.ToLower(one), "|") {
		if s = strings.TrimSpace(s); s != "" {
			*k = append(*k, s)
		}
	}
	return nil
}

func debertaArchitecture() Architecture {
	return Architecture{
		ModelType: "deberta-v2", Class: "DebertaV2", Prefix: "deberta.", Heads: encoderHeads,
		Defaults: Config{
			VocabSize: 128100, HiddenSize: 1536, NumHiddenLayers: 24, NumAttentionHeads: 24, IntermediateSize: 6144,
			HiddenAct: "gelu", MaxPositionEmbeddings: 512, LayerNormEps: 1e-7, InitializerRange: 0.02,
			HiddenDropout: 0.1, AttentionDropout: 0.1,
			DebertaConfig: DebertaConfig{MaxRelativePositions: -1, PositionBuckets: -1, NormRelEbd: "none",
				PositionBiasedInput: true, ConvGroups: 1, ConvAct: "tanh", PoolerHiddenAct: "gelu", Legacy: true},
		},
		Reads: []string{"vocab_size", "embedding_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
			"intermediate_size", "hidden_act", "max_position_embeddings", "type_vocab_size", "layer_norm_eps",
			"relative_attention", "pos_att_type", "share_att_key", "max_relative_positions", "position_buckets",
			"norm_rel_ebd", "position_biased_input", "attention_head_size", "conv_kernel_size", "conv_groups", "conv_act",
			"pooler_hidden_size", "pooler_hidden_act", "legacy"},
		Dropouts: []string{"hidden_dropout_prob", "attention_probs_dropout_prob", "pooler_dropout", "cls_dropout"},
		build:    newDeberta,
	}
}

// debertaBody is DeBERTa-v2 and v3 (He et al. 2021): BERT's layers, whose
// attention keeps apart what tokens are and how far they lie from each other.
type debertaBody struct {
	nn.Module
	Words, Positions, Types *nn.Param // Positions and Types nil where there are none
	Project                 *Linear   // from the embeddings' width to the layers', where they differ
	Norm                    Norm
	Layers                  []*debertaLayer
	Distances               *nn.Param // [2S, H], S of a span to each side; nil: no positions between tokens
	DistanceNorm            *Norm
	Conv                    *debertaConv
	pad                     int32
	bucket                  func(distance int) int
}

// debertaLayer is a layer of BERT with what maps the vectors of distances to keys
// and queries; nil where positions have no such scores.
type debertaLayer struct {
	nn.Module
	Layer            *postLayer
	PosKey, PosQuery *Linear
}

// debertaConv adds a convolution of the embeddings to the first layer's output.
type debertaConv struct {
	nn.Module
	W, B           *nn.Param
	Norm           Norm
	kernel, groups int
	act            kernels.Act
}

var debertaNames = layerNames{"attention.self.query_proj", "attention.self.key_proj", "attention.self.value_proj",
	"attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm", ""}

func newDeberta(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkDeberta(); err != nil {
		return nil, err
	}
	act, err := activation("hidden_act", c.HiddenAct)
	if err != nil {
		return nil, err
	}
	e := &debertaBody{pad: int32(c.PadTokenID)}
	e.embed(b, c)
	for i := range c.NumHiddenLayers {
		e.Layers = append(e.Layers, newDebertaLayer(b, fmt.Sprintf("deberta.encoder.layer.%d", i), c, act))
	}
	if c.RelativeAttention {
		var span int
		span, e.bucket = c.distanceBuckets()
		e.Distances = b.weight("deberta.encoder.rel_embeddings.weight", 2*span, c.HiddenSize)
	}
	for kind := range strings.SplitSeq(strings.ToLower(c.NormRelEbd), "|") {
		if strings.TrimSpace(kind) == "layer_norm" && e.DistanceNorm == nil {
			norm := b.norm("deberta.encoder.LayerNorm", c.HiddenSize, c.LayerNormEps)
			e.DistanceNorm = &norm
		}
	}
	if c.ConvKernelSize > 0 {
		if e.Conv, err = newDebertaConv(b, "deberta.encoder.conv", c); err != nil {
			return nil, err
		}
	}
	n := &stacked{Body: e}
	switch h.Kind {
	case SequenceHead:
		n.Head, err = newContextHead(b, c, h.Labels)
	case TokenHead:
		n.Head = newTokenHead(b, c.HiddenSize, h.Labels, func(c *Config) float64 { return c.HiddenDropout })
	case MaskedLMHead:
		if !c.Legacy {
			return nil, &Error{"legacy", "false: want true of a masked language model: the other head is tied to another shape"}
		}
		const prefix = "cls.predictions."
		names := lmNames{prefix + "transform.dense", prefix + "transform.LayerNorm", prefix + "decoder", prefix + "bias"}
		n.Head = newLMHead(b, names, c.HiddenSize, e.Words, c.LayerNormEps, act, c.TieWordEmbeddings)
	default:
		return nil, noHead(c, h)
	}
	return n, err
}

func (c *Config) checkDeberta() error {
	sizes := *c
	sizes.TypeVocabSize = max(c.TypeVocabSize, 1) // 0: there are none
	if err := sizes.checkBert(); err != nil {
		return err
	}
	if c.TypeVocabSize < 0 || c.EmbeddingSize < 0 {
		return &Error{"type_vocab_size", "or embedding_size is less than 0"}
	}
	if n := c.AttentionHeadSize; n != 0 && n*c.NumAttentionHeads != c.HiddenSize {
		return &Error{"attention_head_size", fmt.Sprintf("%d heads of %d are not hidden_size %d", c.NumAttentionHeads, n, c.HiddenSize)}
	}
	if n := c.PoolerHiddenSize; n != 0 && n != c.HiddenSize {
		return &Error{"pooler_hidden_size", fmt.Sprintf("%d: want hidden_size %d", n, c.HiddenSize)}
	}
	if k, g := c.ConvKernelSize, c.ConvGroups; k > 0 && (k%2 == 0 || g < 1 || c.HiddenSize%g != 0) {
		return &Error{"conv_kernel_size", fmt.Sprintf("%d in %d groups: want an odd one, and divisors of hidden_size %d",
			k, g, c.HiddenSize)}
	}
	if span, far := c.PositionBuckets, c.longestDistance(); c.RelativeAttention && span > 0 && (span == 1 || far-1 <= span/2) {
		return &Error{"position_buckets", fmt.Sprintf("%d for distances below %d: want 2 or more, of which half are less", span, far)}
	}
	return nil
}

// longestDistance is that behind the last which positions tell apart.
func (c *Config) longestDistance() int {
	if c.MaxRelativePositions < 1 {
		return c.MaxPositionEmbeddings
	}
	return c.MaxRelativePositions
}

// distanceBuckets returns half the number of rows of the table of distances, and
// the row of each distance: its own, or near 0 its own and farther off one for
// distances of about the same logarithm.
func (c *Config) distanceBuckets() (span int, bucket func(distance int) int) {
	far := c.longestDistance()
	span = far
	if c.PositionBuckets < 1 {
		return span, func(d int) int { return min(max(d+span, 0), 2*span-1) }
	}
	span = c.PositionBuckets
	mid := span / 2
	whole := float32(math.Log(float64(float32(float64(far-1) / float64(mid)))))
	return span, func(d int) int {
		if a := max(d, -d); a > mid {
			part := float32(math.Log(float64(float32(a)/float32(mid)))) / whole
			a = int(math.Ceil(float64(part*float32(mid-1)))) + mid
			if d < 0 {
				a = -a
			}
			d = a
		}
		return min(max(d+span, 0), 2*span-1)
	}
}

// embed builds the embeddings, which are normalised at the layers' width.
func (e *debertaBody) embed(b *builder, c *Config) {
	const prefix = "deberta.embeddings."
	width := c.EmbeddingSize
	if width == 0 {
		width = c.HiddenSize
	}
	e.Words = b.weight(prefix+"word_embeddings.weight", c.VocabSize, width)
	if c.PositionBiasedInput {
		e.Positions = b.weight(prefix+"position_embeddings.weight", c.MaxPositionEmbeddings, width)
	}
	if c.TypeVocabSize > 0 {
		e.Types = b.weight(prefix+"token_type_embeddings.weight", c.TypeVocabSize, width)
	}
	if width != c.HiddenSize {
		e.Project = &Linear{W: b.weight(prefix+"embed_proj.weight", c.HiddenSize, width)}
	}
	e.Norm = b.norm(prefix+"LayerNorm", c.HiddenSize, c.LayerNormEps)
}

func newDebertaLayer(b *builder, prefix string, c *Config, act kernels.Act) *debertaLayer {
	l := &debertaLayer{Layer: newPostLayer(b, prefix, debertaNames, c.layerSizes(), act)}
	kinds := 1
	for _, k := range []struct {
		kind, name, shared string
		to                 **Linear
	}{{"c2p", "pos_key_proj", "key", &l.PosKey}, {"p2c", "pos_query_proj", "query", &l.PosQuery}} {
		if !slices.Contains(c.PosAttType, k.kind) {
			continue
		}
		kinds++
		switch {
		case !c.RelativeAttention:
		case !c.ShareAttKey:
			own := b.linear(prefix+".attention.self."+k.name, c.HiddenSize, c.HiddenSize)
			*k.to = &own
		case k.shared == "key":
			*k.to = &l.Layer.K
		default:
			*k.to = &l.Layer.Q
		}
	}
	l.Layer.scale = float32(1 / math.Sqrt(float64(kinds*(c.HiddenSize/c.NumAttentionHeads))))
	return l
}

func newDebertaConv(b *builder, prefix string, c *Config) (*debertaConv, error) {
	act, err := activation("conv_act", c.ConvAct)
	v := &debertaConv{kernel: c.ConvKernelSize, groups: c.ConvGroups, act: act}
	in := c.HiddenSize / c.ConvGroups
	v.W, v.B = b.weight(prefix+".conv.weight", c.HiddenSize, in, c.ConvKernelSize), b.zeros(prefix+".conv.bias", c.HiddenSize)
	b.std(v.W, 1/math.Sqrt(float64(3*in*c.ConvKernelSize)))
	v.Norm = b.norm(prefix+".LayerNorm", c.HiddenSize, c.LayerNormEps)
	return v, err
}

func (e *debertaBody) forward(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor {
	lookups := []ops.Lookup{{Table: e.Words, IDs: in.IDs, NoGrad: e.pad}}
	if e.Positions != nil {
		lookups = append(lookups, ops.Lookup{Table: e.Positions, IDs: in.Positions(nil), NoGrad: -1})
	}
	if e.Types != nil {
		lookups = append(lookups, ops.Lookup{Table: e.Types, IDs: in.TypesOf(ops.Of(e.Types).Rows()), NoGrad: -1})
	}
	x := ops.Embedding(p, lookups...)
	if e.Project != nil {
		x = e.Project.Forward(p, x, kernels.Identity)
	}
	x = ops.Dropout(p, e.Norm.Forward(p, x), float32(c.HiddenDropout))
	p.Release(x)
	far := e.distances(p, in)
	_, rates := bertRates(c)
	a := attend{offsets: in.Offsets}
	for i, l := range e.Layers {
		conv := i == 0 && e.Conv != nil
		if i == len(e.Layers)-1 && !conv {
			a.only = in.Subset(rows, false)
		}
		a.far = l.far(p, far, c.HiddenDropout)
		y := l.Layer.Forward(p, x, rates, a)
		if conv {
			y = e.Conv.forward(p, x, y, in.Offsets, c.HiddenDropout)
		}
		if x = y; far != nil {
			p.Release(x, far.vectors)
		} else {
			p.Release(x)
		}
	}
	return rest(p, a.only, x, rows)
}

// debertaDistances are the distances in a batch with their vectors.
type debertaDistances struct {
	vectors mat.Tensor
	rows    []int32 // of the vectors by distance, from -zero on
	zero    int
}

// distances returns the vectors of all distances in the batch, the same for every
// layer; nil where there are none.
func (e *debertaBody) distances(p *ops.Pass, in *Batch) *debertaDistances {
	if e.Distances == nil {
		return nil
	}
	d := &debertaDistances{}
	for s := range in.Sequences() {
		d.zero = max(d.zero, in.Len(s)-1)
	}
	first := e.bucket(-d.zero)
	var used []int32
	for i := range 2*d.zero + 1 {
		d.rows = append(d.rows, int32(e.bucket(i-d.zero)-first))
	}
	for r := range d.rows[2*d.zero] + 1 {
		used = append(used, int32(first)+r)
	}
	d.vectors = ops.Embedding(p, ops.Lookup{Table: e.Distances, IDs: used, NoGrad: -1})
	if e.DistanceNorm != nil {
		d.vectors = e.DistanceNorm.Forward(p, d.vectors)
	}
	return d
}

// far returns how the layer's scores depend on distances, nil where they do not.
func (l *debertaLayer) far(p *ops.Pass, d *debertaDistances, dropout float64) func(*nn.Param, []int32) ops.DistanceSpec {
	if d == nil || l.PosKey == nil && l.PosQuery == nil {
		return nil
	}
	x := ops.Dropout(p, d.vectors, float32(dropout))
	spec := ops.DistanceSpec{Rows: d.rows, Zero: d.zero}
	if l.PosKey != nil {
		spec.ByQuery = l.PosKey.Forward(p, x, kernels.Identity)
	}
	if l.PosQuery != nil {
		spec.ByKey = l.PosQuery.Forward(p, x, kernels.Identity)
	}
	return func(_ *nn.Param, at []int32) ops.DistanceSpec {
		spec.At = at
		return spec
	}
}

// forward adds the convolution of x, the embeddings, to y, the first layer's output.
func (v *debertaConv) forward(p *ops.Pass, x, y mat.Tensor, offsets []int32, dropout float64) mat.Tensor {
	x = ops.Dropout(p, ops.Convolve(p, x, v.W, v.B, offsets, v.kernel, v.groups), float32(dropout))
	return v.Norm.AddForward(p, ops.Activate(p, x, v.act), y, 0)
}

// contextHead is DeBERTa's sentence head: the first token through dropout, a dense
// layer and an activation, dropout again, a linear layer.
type contextHead struct {
	nn.Module
	Pooler, Classifier Linear
	act                kernels.Act
}

func newContextHead(b *builder, c *Config, labels int) (*contextHead, error) {
	act, err := activation("pooler_hidden_act", c.PoolerHiddenAct)
	b.head = true
	h := &contextHead{Pooler: b.linear("pooler.dense", c.HiddenSize, c.HiddenSize), act: act}
	b.task = true
	h.Classifier = b.linear("classifier", c.HiddenSize, labels)
	return h, err
}

func (h *contextHead) rows(in *Batch) []int32 { return in.Firsts() }

func (h *contextHead) forward(p *ops.Pass, x mat.Tensor, c *Config) mat.Tensor {
	rate := c.HiddenDropout
	if c.ClsDropout != nil {
		rate = *c.ClsDropout
	}
	x = h.Pooler.Forward(p, ops.Dropout(p, x, float32(c.PoolerDropout)), h.act)
	return h.Classifier.Forward(p, ops.Dropout(p, x, float32(rate)), kernels.Identity)
}
