package models

import (
	"fmt"
	"strings"
)

// HeadOf returns the head that a checkpoint's config says it has, by the class
// that transformers saved it from.
func HeadOf(c *Config) (Head, error) {
	if len(c.Architectures) == 0 {
		return Head{}, &Error{"architectures", "none: want the class that was saved"}
	}
	class := c.Architectures[0]
	h := Head{Labels: len(c.Labels)}
	if h.Labels == 0 {
		h.Labels = 2 // transformers' default
	}
	for _, k := range []struct {
		suffix string
		kind   HeadKind
	}{
		{"ForSequenceClassification", SequenceHead}, {"ForTokenClassification", TokenHead}, {"ForMaskedLM", MaskedLMHead},
		{"ForCausalLM", CausalLMHead}, {"LMHeadModel", CausalLMHead}, {"EncoderDecoderModel", CausalLMHead},
		{"ElectraForPreTraining", DiscriminatorHead}, {"FunnelForPreTraining", DiscriminatorHead},
		{"ForPreTraining", MaskedLMHead}, // of BERT and ALBERT, beside a sentence-order head
	} {
		if strings.HasSuffix(class, k.suffix) {
			h.Kind = k.kind
			return h, nil
		}
	}
	return h, &Error{"architectures", fmt.Sprintf("%q has no head that runs", class)}
}
