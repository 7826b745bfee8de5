package models

import (
	"slices"

	"github.com/lmkor/bench/kernels"
)

func electraArchitecture() Architecture {
	return Architecture{
		ModelType: "electra", Class: "Electra", Prefix: "electra.",
		Heads: append(slices.Clone(encoderHeads), HeadClass{"ForPreTraining", DiscriminatorHead},
			HeadClass{"ForCausalLM", CausalLMHead}),
		Defaults: bertDefaults.with(func(c *Config) {
			c.EmbeddingSize, c.HiddenSize, c.IntermediateSize, c.NumAttentionHeads = 128, 256, 1024, 4
		}),
		Reads: append(slices.Clone(bertFields), "embedding_size"), Dropouts: bertDropouts,
		// Of the head for questions with several answers to choose from.
		Idle:  []string{"summary_type", "summary_use_proj", "summary_activation", "summary_last_dropout"},
		build: newElectra,
	}
}

// newElectra builds ELECTRA: BERT's encoder behind narrower embeddings, as the
// discriminator that tells replaced tokens and as the generator that replaces
// them. Its sentence and generator heads use exact GELU whatever the config says.
func newElectra(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkBert(); err != nil {
		return nil, err
	}
	if c.EmbeddingSize < 1 {
		return nil, &Error{"embedding_size", "want 1 or more"}
	}
	e, err := newBertEncoder(b, "electra", c, c.EmbeddingSize)
	if err != nil {
		return nil, err
	}
	n := &stacked{Body: e}
	switch h.Kind {
	case SequenceHead:
		n.Head = newDenseHead(b, outProjNames, c.HiddenSize, h.Labels, kernels.GELU, (*Config).classifierDropout, true)
	case TokenHead:
		n.Head = newTokenHead(b, c.HiddenSize, h.Labels, (*Config).classifierDropout)
	case DiscriminatorHead:
		n.Head = newDiscriminatorHead(b, c.HiddenSize, e.Layers[0].act)
	case MaskedLMHead, CausalLMHead:
		names := lmNames{"generator_predictions.dense", "generator_predictions.LayerNorm", "generator_lm_head",
			"generator_lm_head.bias"}
		lm := newLMHead(b, names, c.HiddenSize, e.Embeddings.Words, c.LayerNormEps, kernels.GELU, c.TieWordEmbeddings)
		return newEncoderLM(e, lm, h), nil
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}
