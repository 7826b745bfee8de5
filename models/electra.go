package models

import "github.com/lmkor/bench/kernels"

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
		n.Head = newDenseHead(b, "classifier.dense", "classifier.out_proj", c.HiddenSize, h.Labels, kernels.GELU, (*Config).classifierDropout, true)
	case TokenHead:
		n.Head = newTokenHead(b, c.HiddenSize, h.Labels, (*Config).classifierDropout)
	case DiscriminatorHead:
		n.Head = newDiscriminatorHead(b, c.HiddenSize, e.Layers[0].act)
	case MaskedLMHead:
		names := lmNames{"generator_predictions.dense", "generator_predictions.LayerNorm", "generator_lm_head", "generator_lm_head.bias"}
		n.Head = newLMHead(b, names, c.HiddenSize, e.Embeddings.Words, c.LayerNormEps, kernels.GELU, c.TieWordEmbeddings)
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}
