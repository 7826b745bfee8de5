package models

import (
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// stacked is a body with a head.
type stacked struct {
	nn.Module
	Body body
	Head head
}

// body makes vectors of tokens.
type body interface {
	nn.Model
	// forward returns the vectors of the given rows, of all if nil: [R, H].
	forward(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor
}

// head makes logits of vectors.
type head interface {
	nn.Model
	// rows are the tokens whose vectors it reads; nil: all.
	rows(in *Batch) []int32
	forward(p *ops.Pass, x mat.Tensor, c *Config) mat.Tensor
}

func (n *stacked) forward(p *ops.Pass, in *Batch, c *Config) mat.Tensor {
	return n.Head.forward(p, n.Body.forward(p, in, c, n.Head.rows(in)), c)
}

func newBert(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkBert(); err != nil {
		return nil, err
	}
	e, err := newBertEncoder(b, "bert", c, c.HiddenSize)
	if err != nil {
		return nil, err
	}
	n := &stacked{Body: e}
	switch h.Kind {
	case SequenceHead:
		n.Head = newPooledHead(b, c, "bert.pooler.dense", h.Labels, (*Config).classifierDropout)
	case TokenHead:
		n.Head = newTokenHead(b, c.HiddenSize, h.Labels, (*Config).classifierDropout)
	case MaskedLMHead, CausalLMHead:
		lm, err := newBertLMHead(b, "cls.predictions", c, e)
		if err != nil {
			return nil, err
		}
		n.Head = lm
		if h.Kind == CausalLMHead {
			e.causal = true
			return &causalEncoder{stacked: *n, Encoder: e, LM: lm}, nil
		}
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}

func newBertLMHead(b *builder, prefix string, c *Config, e *encoder) (*lmHead, error) {
	act, err := activation("hidden_act", c.HiddenAct)
	names := lmNames{prefix + ".transform.dense", prefix + ".transform.LayerNorm", prefix + ".decoder", prefix + ".bias"}
	return newLMHead(b, names, c.HiddenSize, e.Embeddings.Words, c.LayerNormEps, act, c.TieWordEmbeddings), err
}

// causalEncoder is BERT as a language model of its own: each token sees those
// before it.
type causalEncoder struct {
	stacked
	Encoder *encoder
	LM      *lmHead
}

func (n *causalEncoder) cacheSizes(c *Config) (layers, width int) {
	return len(n.Encoder.Layers), c.HiddenSize
}
func (n *causalEncoder) encode(*ops.Pass, *Batch, *Config) *source { return nil }

func (n *causalEncoder) next(p *ops.Pass, in *Batch, c *Config, st *decoding) mat.Tensor {
	return n.LM.forward(p, n.Encoder.run(p, in, c, in.lasts(-1), st, nil), c)
}

// newRoberta builds RoBERTa and XLM-RoBERTa, which differ in name only.
func newRoberta(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkBert(); err != nil {
		return nil, err
	}
	if c.PadTokenID < 0 {
		return nil, &Error{"pad_token_id", "RoBERTa counts positions from it: want one"}
	}
	e, err := newBertEncoder(b, "roberta", c, c.HiddenSize)
	if err != nil {
		return nil, err
	}
	e.Embeddings.fromPad = true
	n := &stacked{Body: e}
	switch h.Kind {
	case SequenceHead:
		n.Head = newDenseHead(b, "classifier.dense", "classifier.out_proj", c.HiddenSize, h.Labels, kernels.Tanh, (*Config).classifierDropout, true)
	case TokenHead:
		n.Head = newTokenHead(b, c.HiddenSize, h.Labels, (*Config).classifierDropout)
	case MaskedLMHead:
		names := lmNames{"lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head.bias"}
		n.Head = newLMHead(b, names, c.HiddenSize, e.Embeddings.Words, c.LayerNormEps, kernels.GELU, c.TieWordEmbeddings)
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}

// classifierDropout is the dropout before a BERT-like head: its own, or else
// the hidden one.
func (c *Config) classifierDropout() float64 {
	if c.ClassifierDropout != nil {
		return *c.ClassifierDropout
	}
	return c.HiddenDropout
}
