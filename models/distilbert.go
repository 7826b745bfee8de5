package models

import (
	"fmt"

	"github.com/lmkor/bench/kernels"
)

func distilBertArchitecture() Architecture {
	return Architecture{
		ModelType: "distilbert", Class: "DistilBert", Prefix: "distilbert.", Heads: encoderHeads,
		Defaults: Config{
			VocabSize: 30522, MaxPositionEmbeddings: 512, Dim: 768, HiddenDim: 3072, NLayers: 6, NHeads: 12, Activation: "gelu",
			InitializerRange: 0.02, Dropout: 0.1, FunnelAttentionDropout: 0.1, SeqClassifDropout: 0.2,
		},
		Rename: map[string]string{"hidden_size": "dim", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers"},
		Reads: []string{"vocab_size", "max_position_embeddings", "dim", "hidden_dim", "n_layers", "n_heads", "activation",
			"sinusoidal_pos_embds"},
		Dropouts:   []string{"dropout", "attention_dropout", "seq_classif_dropout"},
		Idle:       []string{"qa_dropout", "tie_weights_", "output_past"},
		TokenTypes: func(*Config) int { return 0 },
		Sizes:      func(c *Config) Sizes { return Sizes{c.NLayers, c.Dim, c.HiddenDim, c.NHeads} },
		build:      newDistilBert,
	}
}

// newDistilBert builds DistilBERT: BERT without token types and pooler, under
// names of its own.
func newDistilBert(b *builder, c *Config, h Head) (network, error) {
	for _, f := range []size{{"vocab_size", c.VocabSize}, {"dim", c.Dim}, {"hidden_dim", c.HiddenDim},
		{"n_layers", c.NLayers}, {"n_heads", c.NHeads}, {"max_position_embeddings", c.MaxPositionEmbeddings}} {
		if err := f.check(); err != nil {
			return nil, err
		}
	}
	if err := c.checkPad(c.VocabSize); err != nil {
		return nil, err
	}
	if err := checkLayers("n_layers", c.NLayers); err != nil {
		return nil, err
	}
	if err := divides("n_heads", c.NHeads, "dim", c.Dim); err != nil {
		return nil, err
	}
	name := c.Activation
	if name == "" {
		name = "gelu"
	}
	act, err := activation("activation", name)
	if err != nil {
		return nil, err
	}
	const eps = 1e-12
	e := &encoder{Embeddings: newEmbeddings(b, "distilbert.embeddings", c, c.Dim, 0, eps)}
	e.Embeddings.relative = false // whatever the config says
	if c.SinusoidalPositions {    // which transformers does not train
		b.of(e.Embeddings.Positions).init = initSinusoids
		e.Embeddings.Positions.SetRequiresGrad(false)
	}
	e.rates = func(c *Config) (float64, layerRates) {
		return c.Dropout, layerRates{probs: c.FunnelAttentionDropout, inner: c.Dropout}
	}
	for i := range c.NLayers {
		e.Layers = append(e.Layers, newPostLayer(b, fmt.Sprintf("distilbert.transformer.layer.%d", i), distilNames,
			layerSizes{c.Dim, c.HiddenDim, c.NHeads, eps, 0}, act))
	}
	n := &stacked{Body: e}
	switch h.Kind {
	case SequenceHead:
		rate := func(c *Config) float64 { return c.SeqClassifDropout }
		n.Head = newDenseHead(b, [2]string{"pre_classifier", "classifier"}, c.Dim, h.Labels, kernels.ReLU, rate, false)
	case TokenHead:
		n.Head = newTokenHead(b, c.Dim, h.Labels, func(c *Config) float64 { return c.Dropout })
	case MaskedLMHead:
		names := lmNames{"vocab_transform", "vocab_layer_norm", "vocab_projector", "vocab_projector.bias"}
		n.Head = newLMHead(b, names, c.Dim, e.Embeddings.Words, eps, act, c.TieWordEmbeddings)
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}
