package models

import (
	"slices"

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

// bertDefaults are what the configs of BERT and of those like it have in common.
var bertDefaults = Config{
	VocabSize: 30522, HiddenSize: 768, NumHiddenLayers: 12, NumAttentionHeads: 12, IntermediateSize: 3072,
	HiddenAct: "gelu", MaxPositionEmbeddings: 512, TypeVocabSize: 2, LayerNormEps: 1e-12,
	PositionEmbeddingType: "absolute", InitializerRange: 0.02, HiddenDropout: 0.1, AttentionDropout: 0.1,
}

// with returns the config as change leaves it.
func (c Config) with(change func(*Config)) Config {
	change(&c)
	return c
}

// bertFields are what BERT and those like it read of config.json.
var bertFields = []string{
	"vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
	"max_position_embeddings", "type_vocab_size", "layer_norm_eps", "position_embedding_type", "is_decoder",
	"add_cross_attention",
}

// bertDropouts are the rates of BERT and of those like it.
var bertDropouts = []string{"hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"}

// encoderHeads are the classes of heads that every encoder has.
var encoderHeads = []HeadClass{
	{"ForSequenceClassification", SequenceHead}, {"ForTokenClassification", TokenHead}, {"ForMaskedLM", MaskedLMHead},
}

func bertArchitecture() Architecture {
	return Architecture{
		ModelType: "bert", Class: "Bert", Prefix: "bert.",
		// BertForPreTraining has a sentence-order head beside.
		Heads:    append(slices.Clone(encoderHeads), HeadClass{"LMHeadModel", CausalLMHead}, HeadClass{"ForPreTraining", MaskedLMHead}),
		Defaults: bertDefaults, Reads: bertFields, Dropouts: bertDropouts,
		build: newBert, lm: newBertLMHead,
	}
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
		return newEncoderLM(e, newBertLMHead(b, "", c, e), h), nil
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}

// newBertLMHead builds the language model's head that stands behind prefix.
func newBertLMHead(b *builder, prefix string, c *Config, e *encoder) *lmHead {
	prefix += "cls.predictions"
	names := lmNames{prefix + ".transform.dense", prefix + ".transform.LayerNorm", prefix + ".decoder", prefix + ".bias"}
	return newLMHead(b, names, c.HiddenSize, e.Embeddings.Words, c.LayerNormEps, e.Layers[0].act, c.TieWordEmbeddings)
}

// newEncoderLM puts a language model's head on an encoder: a masked one's, or a
// causal one's, which the text is continued with.
func newEncoderLM(e *encoder, lm *lmHead, h Head) network {
	n := stacked{Body: e, Head: lm}
	if h.Kind == CausalLMHead {
		return &causalEncoder{stacked: n, Encoder: e, LM: lm}
	}
	return &n
}

// causalEncoder is an encoder as a language model of its own. Each token sees
// those before it, but for a config without is_decoder, with which transformers
// lets it see all.
type causalEncoder struct {
	stacked
	Encoder *encoder
	LM      *lmHead
}

func (n *causalEncoder) canDecode(c *Config) error {
	if !n.Encoder.causal {
		return &Error{"is_decoder", "false: every token sees all, want true of a model that continues texts"}
	}
	return c.canDecodeRelative()
}

func (n *causalEncoder) cacheSizes(c *Config) (layers, width int) {
	return len(n.Encoder.Layers), c.HiddenSize
}
func (n *causalEncoder) encode(*ops.Pass, *Batch, *Config) *source { return nil }

func (n *causalEncoder) next(p *ops.Pass, in *Batch, c *Config, st *decoding) mat.Tensor {
	return n.LM.forward(p, n.Encoder.run(p, in, c, in.Lasts(-1), st, nil), c)
}

func robertaArchitecture() Architecture {
	return Architecture{
		ModelType: "roberta", Class: "Roberta", Prefix: "roberta.",
		Heads:    append(slices.Clone(encoderHeads), HeadClass{"ForCausalLM", CausalLMHead}),
		Defaults: bertDefaults.with(func(c *Config) { c.VocabSize, c.PadTokenID, c.EOSTokenID = 50265, 1, 2 }),
		Reads:    bertFields, Dropouts: bertDropouts,
		MaxTokens: robertaTokens,
		build:     newRoberta, fromPad: true, lm: newRobertaLMHead,
	}
}

func xlmRobertaArchitecture() Architecture {
	a := robertaArchitecture()
	a.ModelType, a.Class, a.Defaults.VocabSize = "xlm-roberta", "XLMRoberta", 30522
	return a
}

// robertaTokens is how many tokens RoBERTa has positions for: it counts them
// from behind the padding's.
func robertaTokens(c *Config) int { return c.MaxPositionEmbeddings - c.PadTokenID - 1 }

// newRoberta builds RoBERTa and XLM-RoBERTa, which differ in name only.
func newRoberta(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkBert(); err != nil {
		return nil, err
	}
	e, err := newBertEncoder(b, "roberta", c, c.HiddenSize)
	if err != nil {
		return nil, err
	}
	n := &stacked{Body: e}
	switch h.Kind {
	case SequenceHead:
		n.Head = newDenseHead(b, outProjNames, c.HiddenSize, h.Labels, kernels.Tanh, (*Config).classifierDropout, true)
	case TokenHead:
		n.Head = newTokenHead(b, c.HiddenSize, h.Labels, (*Config).classifierDropout)
	case MaskedLMHead, CausalLMHead:
		return newEncoderLM(e, newRobertaLMHead(b, "", c, e), h), nil
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}

// newRobertaLMHead builds the language model's head that stands behind prefix. It
// uses exact GELU whatever the config says.
func newRobertaLMHead(b *builder, prefix string, c *Config, e *encoder) *lmHead {
	prefix += "lm_head"
	names := lmNames{prefix + ".dense", prefix + ".layer_norm", prefix + ".decoder", prefix + ".bias"}
	return newLMHead(b, names, c.HiddenSize, e.Embeddings.Words, c.LayerNormEps, kernels.GELU, c.TieWordEmbeddings)
}

// classifierDropout is the dropout before a BERT-like head: its own, or else
// the hidden one.
func (c *Config) classifierDropout() float64 {
	if c.ClassifierDropout != nil {
		return *c.ClassifierDropout
	}
	return c.HiddenDropout
}
