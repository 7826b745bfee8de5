package models

import (
	"fmt"
	"math"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// conv1D is a linear layer with its weight stored as [in, out].
type conv1D struct {
	nn.Module
	W, B *nn.Param
}

func (b *builder) conv1D(prefix string, in, out int) conv1D {
	return conv1D{W: b.weight(prefix+".weight", in, out), B: b.zeros(prefix+".bias", out)}
}

// gpt2Layer is causal self-attention and a feed-forward part, each behind a
// layer norm and added to what it was given.
type gpt2Layer struct {
	nn.Module
	Norm1     Norm
	QKV, Proj conv1D
	Norm2     Norm
	Up, Down  conv1D
	scale     float32
}

// gpt2Body is GPT-2. Token types are not given to it: it would add the words of
// the same numbers.
type gpt2Body struct {
	nn.Module
	Words, Positions *nn.Param
	Layers           []*gpt2Layer
	Norm             Norm
	act              kernels.Act
}

func gpt2Architecture() Architecture {
	return Architecture{
		ModelType: "gpt2", Class: "GPT2", Prefix: "transformer.",
		Heads: []HeadClass{{"ForSequenceClassification", SequenceHead}, {"ForTokenClassification", TokenHead},
			{"LMHeadModel", CausalLMHead}},
		Defaults: Config{
			VocabSize: 50257, NPositions: 1024, NEmbd: 768, NLayer: 12, NHead: 12, ActivationFunction: "gelu_new",
			InitializerRange: 0.02, ResidPdrop: 0.1, EmbdPdrop: 0.1, AttnPdrop: 0.1, LayerNormEpsilon: 1e-5, ScaleAttnWeights: true,
			PadTokenID: -1, EOSTokenID: 50256,
		},
		Rename: map[string]string{"hidden_size": "n_embd", "max_position_embeddings": "n_positions",
			"num_attention_heads": "n_head", "num_hidden_layers": "n_layer"},
		Reads: []string{"vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner", "activation_function",
			"layer_norm_epsilon", "scale_attn_weights", "scale_attn_by_inverse_layer_idx"},
		Dropouts: []string{"resid_pdrop", "embd_pdrop", "attn_pdrop", "classifier_dropout", "hidden_dropout"},
		// Scores are computed in float32 anyway; the rest is of the head for
		// questions with several answers to choose from.
		Idle: []string{"reorder_and_upcast_attn", "n_ctx", "summary_type", "summary_use_proj", "summary_activation",
			"summary_first_dropout", "summary_proj_to_labels"},
		MaxTokens:  func(c *Config) int { return c.NPositions },
		TokenTypes: func(*Config) int { return 0 },
		Sizes: func(c *Config) Sizes {
			inner := c.NInner
			if inner == 0 {
				inner = 4 * c.NEmbd
			}
			return Sizes{c.NLayer, c.NEmbd, inner, c.NHead}
		},
		NeedsPad: true,
		build:    newGPT2,
	}
}

func newGPT2(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkGPT2(); err != nil {
		return nil, err
	}
	act, err := activation("activation_function", c.ActivationFunction)
	if err != nil {
		return nil, err
	}
	eps, inner, w := c.LayerNormEpsilon, c.NInner, c.NEmbd
	if inner == 0 {
		inner = 4 * w
	}
	e := &gpt2Body{act: act, Words: b.weight("transformer.wte.weight", c.VocabSize, w)}
	e.Positions = b.weight("transformer.wpe.weight", c.NPositions, w)
	for i := range c.NLayer {
		prefix := fmt.Sprintf("transformer.h.%d.", i)
		l := &gpt2Layer{
			Norm1: b.norm(prefix+"ln_1", w, eps),
			QKV:   b.conv1D(prefix+"attn.c_attn", w, 3*w),
			Proj:  b.conv1D(prefix+"attn.c_proj", w, w),
			Norm2: b.norm(prefix+"ln_2", w, eps),
			Up:    b.conv1D(prefix+"mlp.c_fc", w, inner),
			Down:  b.conv1D(prefix+"mlp.c_proj", inner, w),
			scale: c.gpt2Scale(i),
		}
		for _, p := range []*nn.Param{l.Proj.W, l.Down.W} {
			b.std(p, c.InitializerRange/math.Sqrt(2*float64(c.NLayer)))
		}
		e.Layers = append(e.Layers, l)
	}
	e.Norm = b.norm("transformer.ln_f", w, eps)
	n := &stacked{Body: e}
	switch h.Kind {
	case SequenceHead:
		b.task = true
		n.Head = &lastTokenHead{Score: Linear{W: b.weight("score.weight", h.Labels, w)}, pad: int32(c.PadTokenID)}
	case TokenHead:
		n.Head = newTokenHead(b, w, h.Labels, (*Config).gpt2Dropout)
	case CausalLMHead:
		lm := newLMHead(b, lmNames{output: "lm_head"}, w, e.Words, 0, act, c.TieWordEmbeddings)
		n.Head = lm
		return &gpt2{stacked: *n, GPT2: e, LM: lm}, nil
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}

func (c *Config) checkGPT2() error {
	for _, f := range []size{{"vocab_size", c.VocabSize}, {"n_embd", c.NEmbd}, {"n_layer", c.NLayer}, {"n_head", c.NHead},
		{"n_positions", c.NPositions}} {
		if err := f.check(); err != nil {
			return err
		}
	}
	if err := checkLayers("n_layer", c.NLayer); err != nil {
		return err
	}
	if c.NInner < 0 {
		return &Error{"n_inner", fmt.Sprintf("%d: want 1 or more, or null", c.NInner)}
	}
	return divides("n_head", c.NHead, "n_embd", c.NEmbd)
}

// gpt2Scale is what a layer's attention scores are multiplied by.
func (c *Config) gpt2Scale(layer int) float32 {
	s := 1.0
	if c.ScaleAttnWeights {
		s = 1 / math.Sqrt(float64(c.NEmbd/c.NHead))
	}
	if c.ScaleAttnByLayer {
		s /= float64(layer + 1)
	}
	return float32(s)
}

// gpt2Dropout is the dropout before GPT-2's token head.
func (c *Config) gpt2Dropout() float64 {
	if c.ClassifierDropout != nil {
		return *c.ClassifierDropout
	}
	if c.FunnelHiddenDropout > 0 { // hidden_dropout
		return c.FunnelHiddenDropout
	}
	return 0.1
}

func (e *gpt2Body) forward(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor {
	return e.run(p, in, c, rows, nil)
}

func (e *gpt2Body) run(p *ops.Pass, in *Batch, c *Config, rows []int32, st *decoding) mat.Tensor {
	x := ops.Embedding(p,
		ops.Lookup{Table: e.Words, IDs: in.IDs, NoGrad: -1},
		ops.Lookup{Table: e.Positions, IDs: in.Positions(st.starts()), NoGrad: -1})
	x = ops.Dropout(p, x, float32(c.EmbdPdrop))
	a := attend{offsets: in.Offsets, causal: true}
	n := e.Layers[0].Norm1.Forward(p, x)
	for i, l := range e.Layers {
		a.cache = st.cache(i)
		next := &e.Norm
		if i < len(e.Layers)-1 {
			next = &e.Layers[i+1].Norm1
		} else if st == nil {
			a.only = in.Subset(rows, true)
		}
		x, n = l.Forward(p, x, n, next, e.act, c, a)
		p.Release(x, n)
	}
	return rest(p, a.only, n, rows)
}

// Forward takes what the layer before has left, x, and its norm by Norm1, n. It returns
// what it adds to it, and that by the norm behind the layer.
func (l *gpt2Layer) Forward(p *ops.Pass, x, n mat.Tensor, next *Norm, act kernels.Act, c *Config,
	a attend) (sum, normed mat.Tensor) {
	qkv := ops.Conv1D(p, n, kernels.Identity, l.QKV.W, l.QKV.B)
	spec := ops.AttentionSpec{Heads: c.NHead, Offsets: a.offsets, Causal: a.causal, Scale: l.scale, Dropout: float32(c.AttnPdrop)}
	var y mat.Tensor
	if a.cache != nil {
		y = ops.CachedAttention(p, qkv, a.cache, spec)
	} else {
		y = ops.SelfAttention(p, qkv, spec)
	}
	if a.only != nil {
		x, y = ops.Rows(p, x, a.only.Rows), ops.Rows(p, y, a.only.Rows)
	}
	x, n = l.Norm2.SumForward(p, ops.Conv1D(p, y, kernels.Identity, l.Proj.W, l.Proj.B), x, c.ResidPdrop)
	y = ops.Conv1D(p, n, act, l.Up.W, l.Up.B)
	return next.SumForward(p, ops.Conv1D(p, y, kernels.Identity, l.Down.W, l.Down.B), x, c.ResidPdrop)
}

// lastTokenHead is GPT-2's sentence head: a linear layer without bias over each
// sequence's last token that is no padding.
type lastTokenHead struct {
	nn.Module
	Score Linear
	pad   int32
}

func (h *lastTokenHead) rows(in *Batch) []int32 { return in.Lasts(h.pad) }

func (h *lastTokenHead) forward(p *ops.Pass, x mat.Tensor, _ *Config) mat.Tensor {
	return h.Score.Forward(p, x, kernels.Identity)
}

// gpt2 is GPT-2 as the language model that it is.
type gpt2 struct {
	stacked
	GPT2 *gpt2Body
	LM   *lmHead
}

func (n *gpt2) canDecode(*Config) error                   { return nil }
func (n *gpt2) cacheSizes(c *Config) (layers, width int)  { return len(n.GPT2.Layers), c.NEmbd }
func (n *gpt2) encode(*ops.Pass, *Batch, *Config) *source { return nil }

func (n *gpt2) next(p *ops.Pass, in *Batch, c *Config, st *decoding) mat.Tensor {
	return n.LM.forward(p, n.GPT2.run(p, in, c, in.Lasts(-1), st), c)
}
