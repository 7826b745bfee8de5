package models

import (
	"fmt"
	"slices"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// albertBody is ALBERT: embeddings of a width of their own, mapped to the
// layers', and layers of which a group is used many times over.
type albertBody struct {
	nn.Module
	Embeddings embeddings
	Map        Linear
	Groups     []*albertGroup
}

// albertGroup is the layers that one step of the depth runs through.
type albertGroup struct {
	nn.Module
	Layers []*postLayer
}

func albertArchitecture() Architecture {
	return Architecture{
		ModelType: "albert", Class: "Albert", Prefix: "albert.",
		// AlbertForPreTraining has a sentence-order head beside.
		Heads: append(slices.Clone(encoderHeads), HeadClass{"ForPreTraining", MaskedLMHead}),
		Defaults: bertDefaults.with(func(c *Config) {
			c.VocabSize, c.EmbeddingSize, c.HiddenSize, c.IntermediateSize = 30000, 128, 4096, 16384
			c.NumAttentionHeads, c.NumHiddenGroups, c.InnerGroupNum = 64, 1, 1
			c.HiddenAct, c.HiddenDropout, c.AttentionDropout, c.ClassifierDropoutProb = "gelu_new", 0, 0, 0.1
			c.EOSTokenID = 3
		}),
		Reads: []string{
			"vocab_size", "embedding_size", "hidden_size", "num_hidden_layers", "num_hidden_groups", "inner_group_num",
			"num_attention_heads", "intermediate_size", "hidden_act", "max_position_embeddings", "type_vocab_size",
			"layer_norm_eps", "position_embedding_type",
		},
		Dropouts: []string{"hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout_prob"},
		build:    newAlbert,
	}
}

func newAlbert(b *builder, c *Config, h Head) (network, error) {
	if err := c.checkAlbert(); err != nil {
		return nil, err
	}
	act, err := activation("hidden_act", c.HiddenAct)
	if err != nil {
		return nil, err
	}
	e := &albertBody{Embeddings: newEmbeddings(b, "albert.embeddings", c, c.EmbeddingSize, c.TypeVocabSize, c.LayerNormEps)}
	e.Map = b.linear("albert.encoder.embedding_hidden_mapping_in", c.EmbeddingSize, c.HiddenSize)
	for g := range c.NumHiddenGroups {
		group := &albertGroup{}
		for i := range c.InnerGroupNum {
			prefix := fmt.Sprintf("albert.encoder.albert_layer_groups.%d.albert_layers.%d", g, i)
			group.Layers = append(group.Layers, newPostLayer(b, prefix, albertNames, c.layerSizes(), act))
		}
		e.Groups = append(e.Groups, group)
	}
	n := &stacked{Body: e}
	dropout := func(c *Config) float64 { return c.ClassifierDropoutProb }
	switch h.Kind {
	case SequenceHead:
		n.Head = newPooledHead(b, c, "albert.pooler", h.Labels, dropout)
	case TokenHead:
		n.Head = newTokenHead(b, c.HiddenSize, h.Labels, dropout)
	case MaskedLMHead:
		names := lmNames{"predictions.dense", "predictions.LayerNorm", "predictions.decoder", "predictions.bias"}
		n.Head = newLMHead(b, names, c.HiddenSize, e.Embeddings.Words, c.LayerNormEps, act, c.TieWordEmbeddings)
	default:
		return nil, noHead(c, h)
	}
	return n, nil
}

func (c *Config) checkAlbert() error {
	if err := c.checkBert(); err != nil {
		return err
	}
	sizes := []size{{"embedding_size", c.EmbeddingSize}, {"num_hidden_groups", c.NumHiddenGroups},
		{"inner_group_num", c.InnerGroupNum}}
	for _, f := range sizes {
		if err := f.check(); err != nil {
			return err
		}
	}
	for _, l := range []size{{"num_hidden_groups", c.NumHiddenGroups}, {"inner_group_num", c.InnerGroupNum}} {
		if err := checkLayers(l.name, l.n); err != nil {
			return err
		}
	}
	return checkLayers("num_hidden_layers", c.NumHiddenLayers*c.InnerGroupNum)
}

func (e *albertBody) forward(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor {
	x := e.Map.Forward(p, e.Embeddings.Forward(p, in, c.HiddenDropout, nil), kernels.Identity)
	p.Release(x)
	rates := layerRates{probs: c.AttentionDropout, out: c.HiddenDropout}
	a := attend{offsets: in.Offsets, far: c.far(in, 1)} // ALBERT scales content alone
	for i := range c.NumHiddenLayers {
		group := int(float64(i) / (float64(c.NumHiddenLayers) / float64(c.NumHiddenGroups)))
		layers := e.Groups[group].Layers
		for k, l := range layers {
			if i == c.NumHiddenLayers-1 && k == len(layers)-1 {
				a.only = in.Subset(rows, false)
			}
			x = l.Forward(p, x, rates, a)
			p.Release(x)
		}
	}
	return rest(p, a.only, x, rows)
}
