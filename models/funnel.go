package models

import (
	"fmt"
	"math"
	"slices"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models/pooling"
	"github.com/lmkor/bench/ops"
)

// funnelLayer is attention by relative positions and a feed-forward part, each
// with its residual and a layer norm behind it.
type funnelLayer struct {
	nn.Module
	Q, K, V                          Linear
	WordBias, PositionBias, TypeBias *nn.Param
	Kernel, Types                    *nn.Param
	O                                Linear
	ONorm                            Norm
	Up, Down                         Linear
	Norm                             Norm
	heads                            int
	act                              kernels.Act
}

func newFunnelLayer(b *builder, prefix string, c *Config, act kernels.Act) *funnelLayer {
	w, n, d := c.DModel, c.NHead, c.DHead
	uniform := func(name string, shape ...int) *nn.Param {
		return b.add(prefix+".attention."+name, initUniform, shape...)
	}
	return &funnelLayer{
		Q:            Linear{W: b.funnelWeight(prefix+".attention.q_head", w, n*d, c)},
		K:            b.funnelLinear(prefix+".attention.k_head", w, n*d, c),
		V:            b.funnelLinear(prefix+".attention.v_head", w, n*d, c),
		WordBias:     uniform("r_w_bias", n, d),
		PositionBias: uniform("r_r_bias", n, d),
		TypeBias:     uniform("r_s_bias", n, d),
		Kernel:       uniform("r_kernel", w, n, d),
		Types:        uniform("seg_embed", 2, n, d),
		O:            b.funnelLinear(prefix+".attention.post_proj", n*d, w, c),
		ONorm:        b.norm(prefix+".attention.layer_norm", w, c.LayerNormEps),
		Up:           b.funnelLinear(prefix+".ffn.linear_1", w, c.DInner, c),
		Down:         b.funnelLinear(prefix+".ffn.linear_2", c.DInner, w, c),
		Norm:         b.norm(prefix+".ffn.layer_norm", w, c.LayerNormEps),
		heads:        n,
		act:          act,
	}
}

// funnelWeight is a weight whose random values depend on its size, as
// transformers draws Funnel's.
func (b *builder) funnelWeight(prefix string, in, out int, c *Config) *nn.Param {
	w := b.weight(prefix+".weight", out, in)
	b.std(w, c.InitializerStd)
	if c.InitializerStd == 0 {
		b.std(w, math.Sqrt(1/float64(in+out)))
	}
	return w
}

func (b *builder) funnelLinear(prefix string, in, out int, c *Config) Linear {
	return Linear{W: b.funnelWeight(prefix, in, out, c), B: b.zeros(prefix+".bias", out)}
}

// Forward lets query rows see key rows; keys is nil where they are the same.
func (l *funnelLayer) Forward(p *ops.Pass, query, keys mat.Tensor, c *Config, spec ops.RelativeSpec) mat.Tensor {
	w := ops.RelativeParams{WordBias: l.WordBias, PositionBias: l.PositionBias, TypeBias: l.TypeBias,
		Kernel: l.Kernel, Types: l.Types}
	spec.Heads, spec.SeparateCls, spec.Dropout = l.heads, c.SeparateCls, float32(c.FunnelAttentionDropout)
	var y mat.Tensor
	if keys == nil {
		y = ops.RelativeAttention(p, sideBySide(p, query, l.Q, l.K, l.V), nil, w, spec)
	} else {
		q := l.Q.Forward(p, query, kernels.Identity)
		y = ops.RelativeAttention(p, q, sideBySide(p, keys, l.K, l.V), w, spec)
	}
	x := l.ONorm.AddForward(p, l.O.Forward(p, y, kernels.Identity), query, c.FunnelHiddenDropout)
	y = ops.Dropout(p, l.Up.Forward(p, x, l.act), float32(c.ActivationDropout))
	return l.Norm.AddForward(p, l.Down.Forward(p, y, kernels.Identity), x, c.FunnelHiddenDropout)
}

// funnelBody is Funnel: blocks of layers, the sequence pooled to half its
// length between them, and, in the full model, a decoder that spreads the last
// block's vectors over the tokens again.
type funnelBody struct {
	nn.Module
	Words     *nn.Param
	Norm      Norm
	Blocks    []*funnelBlock
	Decoder   []*funnelLayer // nil in the base model
	pad       int32
	shape     pooling.Shape
	base      bool
	runs      int // of layers, repeats counted
	sinusoids *ops.Sinusoids
}

// funnelBlock is layers of one length.
type funnelBlock struct {
	nn.Module
	Layers  []*funnelLayer
	repeats int // how often each layer runs
}

func funnelArchitecture() Architecture {
	return Architecture{
		ModelType: "funnel", Class: "Funnel", Prefix: "funnel.",
		Heads: append(slices.Clone(encoderHeads), HeadClass{"ForPreTraining", DiscriminatorHead}),
		Defaults: Config{
			VocabSize: 30522, BlockSizes: []int{4, 4, 4}, NumDecoderLayers: 2, DModel: 768, NHead: 12, DHead: 64, DInner: 3072,
			HiddenAct: "gelu_new", FunnelHiddenDropout: 0.1, FunnelAttentionDropout: 0.1, LayerNormEps: 1e-9, InitializerRange: 0.1,
			PoolingType: "mean", AttentionType: "relative_shift", SeparateCls: true, TruncateSeq: true, PoolQOnly: true,
			PadTokenID: -1,
		},
		Rename: map[string]string{"hidden_size": "d_model", "num_attention_heads": "n_head"},
		Reads: []string{"vocab_size", "block_sizes", "block_repeats", "num_decoder_layers", "d_model", "n_head", "d_head", "d_inner",
			"hidden_act", "layer_norm_eps", "initializer_std", "pooling_type", "attention_type", "separate_cls", "truncate_seq",
			"pool_q_only", "max_position_embeddings", "type_vocab_size"},
		Dropouts: []string{"hidden_dropout", "attention_dropout", "activation_dropout"},
		MaxTokens: func(c *Config) int {
			if c.MaxPositionEmbeddings == 0 {
				return math.MaxInt32
			}
			return c.MaxPositionEmbeddings
		},
		TokenTypes: func(*Config) int { return 0 }, // no table of them
		Sizes: func(c *Config) Sizes {
			layers := 0
			for i, n := range c.BlockSizes {
				layers += n * c.blockRepeats(i)
			}
			return Sizes{layers, c.DModel, c.DInner, c.NHead}
		},
		build: newFunnel,
	}
}

func newFunnel(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkFunnel(); err != nil {
		return nil, err
	}
	act, err := activation("hidden_act", c.HiddenAct)
	if err != nil {
		return nil, err
	}
	w := c.DModel
	e := &funnelBody{pad: int32(c.PadTokenID), shape: c.funnelShape(), base: h.Kind == SequenceHead, sinusoids: ops.NewSinusoids(w)}
	e.Words = b.weight("funnel.embeddings.word_embeddings.weight", c.VocabSize, w)
	b.std(e.Words, c.InitializerStd)
	if c.InitializerStd == 0 {
		b.std(e.Words, 1)
	}
	e.Norm = b.norm("funnel.embeddings.layer_norm", w, c.LayerNormEps)
	for i, n := range c.BlockSizes {
		block := &funnelBlock{repeats: c.blockRepeats(i)}
		for l := range n {
			block.Layers = append(block.Layers, newFunnelLayer(b, fmt.Sprintf("funnel.encoder.blocks.%d.%d", i, l), c, act))
		}
		e.Blocks = append(e.Blocks, block)
		e.runs += n * block.repeats
	}
	if !e.base {
		b.head = true // a base model's checkpoint has no decoder
		for l := range c.NumDecoderLayers {
			e.Decoder = append(e.Decoder, newFunnelLayer(b, fmt.Sprintf("funnel.decoder.layers.%d", l), c, act))
		}
	}
	n := &stacked{Body: e}
	dropout := func(c *Config) float64 { return c.FunnelHiddenDropout }
	switch h.Kind {
	case SequenceHead:
		n.Head = newDenseHead(b, [2]string{"classifier.linear_hidden", "classifier.linear_out"}, w, h.Labels, kernels.Tanh,
			dropout, false)
	case TokenHead:
		n.Head = newTokenHead(b, w, h.Labels, dropout)
	case MaskedLMHead:
		n.Head = newLMHead(b, lmNames{output: "lm_head", bias: "lm_head.bias"}, w, e.Words, 0, act, c.TieWordEmbeddings)
	case DiscriminatorHead:
		n.Head = newDiscriminatorHead(b, w, act)
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}

func (c *Config) blockRepeats(block int) int {
	if c.BlockRepeats == nil {
		return 1
	}
	return c.BlockRepeats[block]
}

func (c *Config) checkFunnel() error {
	for _, f := range []size{{"vocab_size", c.VocabSize}, {"d_model", c.DModel}, {"n_head", c.NHead}, {"d_head", c.DHead},
		{"d_inner", c.DInner}, {"block_sizes", len(c.BlockSizes)}} {
		if err := f.check(); err != nil {
			return err
		}
	}
	if c.BlockRepeats != nil && len(c.BlockRepeats) != len(c.BlockSizes) {
		return &Error{"block_repeats", fmt.Sprintf("%d of them for %d block_sizes", len(c.BlockRepeats), len(c.BlockSizes))}
	}
	const most = 16 // blocks: each halves the sequence
	if len(c.BlockSizes) > most {
		return &Error{"block_sizes", fmt.Sprintf("%d blocks: want %d or fewer", len(c.BlockSizes), most)}
	}
	for i, n := range c.BlockSizes {
		for _, f := range []size{{"block_sizes", n}, {"block_repeats", c.blockRepeats(i)}} {
			if err := f.check(); err != nil {
				return err
			}
		}
	}
	total := 0
	for i, n := range c.BlockSizes {
		if n > mostLayers || c.blockRepeats(i) > mostLayers {
			return checkLayers("block_repeats", max(n, c.blockRepeats(i)))
		}
		total += n * c.blockRepeats(i)
	}
	for _, l := range []size{{"block_sizes with block_repeats", total}, {"num_decoder_layers", c.NumDecoderLayers}} {
		if err := checkLayers(l.name, l.n); err != nil {
			return err
		}
	}
	if c.NumDecoderLayers < 0 {
		return &Error{"num_decoder_layers", fmt.Sprintf("%d: want 0 or more", c.NumDecoderLayers)}
	}
	if err := c.checkPad(c.VocabSize); err != nil {
		return err
	}
	if c.DModel%2 != 0 {
		return &Error{"d_model", fmt.Sprintf("%d is odd", c.DModel)}
	}
	for _, f := range []struct{ name, got, a, b string }{
		{"pooling_type", c.PoolingType, "mean", "max"}, {"attention_type", c.AttentionType, "relative_shift", "factorized"},
	} {
		if f.got != f.a && f.got != f.b {
			return &Error{f.name, fmt.Sprintf("%q: want %s or %s", f.got, f.a, f.b)}
		}
	}
	return nil
}

// funnelShape is what decides the lengths of blocks.
func (c *Config) funnelShape() pooling.Shape {
	return pooling.Shape{Blocks: len(c.BlockSizes), Separate: c.SeparateCls, Truncate: c.SeparateCls && c.TruncateSeq,
		Shifted: c.AttentionType == "relative_shift"}
}
