package models

import (
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// rate picks a head's dropout from the config.
type rate func(c *Config) float64

// pooledHead is the sentence head of BERT and ALBERT: the first token through
// the pooler, dropout, a linear layer.
type pooledHead struct {
	nn.Module
	Pooler, Classifier Linear
	dropout            rate
}

func newPooledHead(b *builder, c *Config, pooler string, labels int, dropout rate) *pooledHead {
	h := &pooledHead{dropout: dropout}
	b.head = true
	h.Pooler = b.linear(pooler, c.HiddenSize, c.HiddenSize)
	b.task = true
	h.Classifier = b.linear("classifier", c.HiddenSize, labels)
	return h
}

func (h *pooledHead) rows(in *Batch) []int32 { return in.Firsts() }

func (h *pooledHead) forward(p *ops.Pass, x mat.Tensor, c *Config) mat.Tensor {
	x = h.Pooler.Forward(p, x, kernels.Tanh)
	return h.Classifier.Forward(p, ops.Dropout(p, x, float32(h.dropout(c))), kernels.Identity)
}

// denseHead is a sentence head of two layers over the first token. ELECTRA and
// RoBERTa drop out before both, Funnel and DistilBERT before the second only.
type denseHead struct {
	nn.Module
	Dense, Out Linear
	act        kernels.Act
	dropout    rate
	dropFirst  bool
}

// outProjNames are the layers of ELECTRA's and RoBERTa's.
var outProjNames = [2]string{"classifier.dense", "classifier.out_proj"}

func newDenseHead(b *builder, names [2]string, width, labels int, act kernels.Act, dropout rate, dropFirst bool) *denseHead {
	b.task = true
	return &denseHead{Dense: b.linear(names[0], width, width), Out: b.linear(names[1], width, labels),
		act: act, dropout: dropout, dropFirst: dropFirst}
}

func (h *denseHead) rows(in *Batch) []int32 { return in.Firsts() }

func (h *denseHead) forward(p *ops.Pass, x mat.Tensor, c *Config) mat.Tensor {
	rate := float32(h.dropout(c))
	if h.dropFirst {
		x = ops.Dropout(p, x, rate)
	}
	x = h.Dense.Forward(p, x, h.act)
	return h.Out.Forward(p, ops.Dropout(p, x, rate), kernels.Identity)
}

// tokenHead labels every token: dropout, a linear layer.
type tokenHead struct {
	nn.Module
	Classifier Linear
	dropout    rate
}

func newTokenHead(b *builder, width, labels int, dropout rate) *tokenHead {
	b.task = true
	return &tokenHead{Classifier: b.linear("classifier", width, labels), dropout: dropout}
}

func (h *tokenHead) rows(in *Batch) []int32 { return in.Only }

func (h *tokenHead) forward(p *ops.Pass, x mat.Tensor, c *Config) mat.Tensor {
	return h.Classifier.Forward(p, ops.Dropout(p, x, float32(h.dropout(c))), kernels.Identity)
}

// discriminatorHead says of every token how likely it was replaced.
type discriminatorHead struct {
	nn.Module
	Dense, Out Linear
	act        kernels.Act
}

func newDiscriminatorHead(b *builder, width int, act kernels.Act) *discriminatorHead {
	b.head = true
	return &discriminatorHead{Dense: b.linear("discriminator_predictions.dense", width, width),
		Out: b.linear("discriminator_predictions.dense_prediction", width, 1), act: act}
}

func (h *discriminatorHead) rows(in *Batch) []int32 { return in.Only }

func (h *discriminatorHead) forward(p *ops.Pass, x mat.Tensor, _ *Config) mat.Tensor {
	return h.Out.Forward(p, h.Dense.Forward(p, x, h.act), kernels.Identity)
}

// lmHead scores the vocabulary at every token: a dense layer with a layer norm
// where there is one, then the output embeddings, which mostly are the input's.
type lmHead struct {
	nn.Module
	Dense  *Linear
	Norm   *Norm
	Output Linear
	act    kernels.Act
}

// lmNames are what an architecture calls the parts of its language model head;
// no dense, norm or bias: "".
type lmNames struct{ dense, norm, output, bias string }

// newLMHead builds a head whose output embeddings are words if tied.
func newLMHead(b *builder, n lmNames, width int, words *nn.Param, eps float64, act kernels.Act, tied bool) *lmHead {
	b.head = true
	h := &lmHead{act: act}
	vocab, inner := ops.Of(words).Rows(), ops.Of(words).Cols()
	if n.dense != "" {
		dense, norm := b.linear(n.dense, width, inner), b.norm(n.norm, inner, eps)
		h.Dense, h.Norm = &dense, &norm
	}
	if h.Output.W = words; tied {
		b.alias(words, n.output+".weight")
	} else {
		h.Output.W = b.weight(n.output+".weight", vocab, inner)
	}
	if n.bias != "" {
		h.Output.B = b.zeros(n.bias, vocab)
		if n.bias != n.output+".bias" {
			b.alias(h.Output.B, n.output+".bias")
		}
	}
	return h
}

func (h *lmHead) rows(in *Batch) []int32 { return in.Only }

// forward maps vectors, [R, H], to the scores of the vocabulary, [R, V].
func (h *lmHead) forward(p *ops.Pass, x mat.Tensor, _ *Config) mat.Tensor {
	if h.Dense != nil {
		x = h.Norm.Forward(p, h.Dense.Forward(p, x, h.act))
	}
	return h.Output.Forward(p, x, kernels.Identity)
}
