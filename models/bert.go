package models

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// bertEmbeddings sums words, positions and token types and normalises.
type bertEmbeddings struct {
	nn.Module
	Words, Positions, Types *nn.Param
	Norm                    Norm
	pad                     int32
}

func newBertEmbeddings(b *builder, prefix string, c *Config, width int) bertEmbeddings {
	return bertEmbeddings{
		Words:     b.weight(prefix+".word_embeddings.weight", c.VocabSize, width),
		Positions: b.weight(prefix+".position_embeddings.weight", c.MaxPositionEmbeddings, width),
		Types:     b.weight(prefix+".token_type_embeddings.weight", c.TypeVocabSize, width),
		Norm:      b.norm(prefix+".LayerNorm", width, c.LayerNormEps),
		pad:       int32(c.PadTokenID),
	}
}

func (e *bertEmbeddings) Forward(p *ops.Pass, in *Batch, dropout float64) mat.Tensor {
	x := ops.Embedding(p,
		ops.Lookup{Table: e.Words, IDs: in.IDs, NoGrad: e.pad},
		ops.Lookup{Table: e.Positions, IDs: in.positions(0), NoGrad: -1},
		ops.Lookup{Table: e.Types, IDs: in.TypeIDs, NoGrad: -1})
	return ops.Dropout(p, e.Norm.Forward(p, x), float32(dropout))
}

// bertLayer is self-attention and a feed-forward block, each with its residual
// and layer norm behind it.
type bertLayer struct {
	nn.Module
	Q, K, V, O Linear
	ONorm      Norm
	Up, Down   Linear
	Norm       Norm
}

func newBertLayer(b *builder, prefix string, c *Config) bertLayer {
	h := c.HiddenSize
	return bertLayer{
		Q:     b.linear(prefix+".attention.self.query", h, h),
		K:     b.linear(prefix+".attention.self.key", h, h),
		V:     b.linear(prefix+".attention.self.value", h, h),
		O:     b.linear(prefix+".attention.output.dense", h, h),
		ONorm: b.norm(prefix+".attention.output.LayerNorm", h, c.LayerNormEps),
		Up:    b.linear(prefix+".intermediate.dense", h, c.IntermediateSize),
		Down:  b.linear(prefix+".output.dense", c.IntermediateSize, h),
		Norm:  b.norm(prefix+".output.LayerNorm", h, c.LayerNormEps),
	}
}

func (l *bertLayer) Forward(p *ops.Pass, x mat.Tensor, c *Config, act kernels.Act, spec ops.AttentionSpec) mat.Tensor {
	qkv := ops.Linear(p, x, kernels.Identity,
		[]*nn.Param{l.Q.W, l.K.W, l.V.W}, []*nn.Param{l.Q.B, l.K.B, l.V.B})
	a := ops.SelfAttention(p, qkv, spec)
	x = l.ONorm.AddForward(p, l.O.Forward(p, a, kernels.Identity), x, c.HiddenDropout)
	f := l.Down.Forward(p, l.Up.Forward(p, x, act), kernels.Identity)
	return l.Norm.AddForward(p, f, x, c.HiddenDropout)
}

// bertEncoder is embeddings and layers.
type bertEncoder struct {
	nn.Module
	Embeddings bertEmbeddings
	Layers     []*bertLayer
	act        kernels.Act
}

func newBertEncoder(b *builder, prefix string, c *Config) (bertEncoder, error) {
	act, err := activation("hidden_act", c.HiddenAct)
	if err != nil {
		return bertEncoder{}, err
	}
	e := bertEncoder{Embeddings: newBertEmbeddings(b, prefix+".embeddings", c, c.HiddenSize), act: act}
	for i := range c.NumHiddenLayers {
		l := newBertLayer(b, fmt.Sprintf("%s.encoder.layer.%d", prefix, i), c)
		e.Layers = append(e.Layers, &l)
	}
	return e, nil
}

func (e *bertEncoder) Forward(p *ops.Pass, in *Batch, c *Config) mat.Tensor {
	x := e.Embeddings.Forward(p, in, c.HiddenDropout)
	p.Release(x)
	spec := ops.AttentionSpec{Heads: c.NumAttentionHeads, Offsets: in.Offsets, Dropout: float32(c.AttentionDropout)}
	for _, l := range e.Layers {
		x = l.Forward(p, x, c, e.act, spec)
		p.Release(x)
	}
	return x
}

// bertNet is BERT with one of its heads.
type bertNet struct {
	nn.Module
	Encoder    bertEncoder
	Pooler     Linear
	Classifier Linear
	head       HeadKind
}

func newBert(b *builder, c *Config, head Head) (network, error) {
	n := &bertNet{head: head.Kind}
	var err error
	if n.Encoder, err = newBertEncoder(b, "bert", c); err != nil {
		return nil, err
	}
	switch head.Kind {
	case SequenceHead:
		b.head = true
		n.Pooler = b.linear("bert.pooler.dense", c.HiddenSize, c.HiddenSize)
		b.task = true
		n.Classifier = b.linear("classifier", c.HiddenSize, head.Labels)
	case TokenHead:
		b.task = true
		n.Classifier = b.linear("classifier", c.HiddenSize, head.Labels)
	default:
		return nil, noHead(c, head)
	}
	return n, nil
}

func (n *bertNet) forward(p *ops.Pass, in *Batch, c *Config) mat.Tensor {
	x := n.Encoder.Forward(p, in, c)
	if n.head == SequenceHead {
		x = n.Pooler.Forward(p, ops.Rows(p, x, in.firsts()), kernels.Tanh)
	}
	return n.Classifier.Forward(p, ops.Dropout(p, x, float32(c.classifierDropout())), kernels.Identity)
}

// classifierDropout is the dropout before a BERT-like head: its own, or else
// the hidden one.
func (c *Config) classifierDropout() float64 {
	if c.ClassifierDropout != nil {
		return *c.ClassifierDropout
	}
	return c.HiddenDropout
}
