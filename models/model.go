package models

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/ops"
)

// Model is an architecture with a head and its parameters.
type Model struct {
	nn.Module
	Net    nn.Model // the modules, for spago's traversal
	Config Config
	Head   Head

	params []Param
	net    network
	rates  Config // the config with the dropout of this training
}

// network is what an architecture gives.
type network interface {
	nn.Model
	// forward returns the head's logits: [B, C] of a sequence head, [T, C] of a
	// token or language model head, [T, 1] of a discriminator.
	forward(p *ops.Pass, in *Batch, c *Config) mat.Tensor
}

// New returns a model with random parameters: a function of config, head and
// seed. Matrices are normal with the config's initializer range, biases 0,
// layer norms 1, as transformers does.
func New(c Config, head Head, seed uint64) (*Model, error) {
	m, err := build(c, head)
	if err != nil {
		return nil, err
	}
	for _, p := range m.params {
		p.initialize(seed, c.initStd())
	}
	return m, nil
}

func (c *Config) initStd() float64 { return c.InitializerRange }

// architectures are the model types that run, with their constructors.
var architectures = []struct {
	modelType string
	build     func(b *builder, c *Config, head Head) (network, error)
}{
	{"bert", newBert},
}

func build(c Config, head Head) (*Model, error) {
	for _, a := range architectures {
		if a.modelType != c.ModelType {
			continue
		}
		if err := c.check(); err != nil {
			return nil, err
		}
		b := &builder{}
		net, err := a.build(b, &c, head)
		if err != nil {
			return nil, err
		}
		return &Model{Net: net, Config: c, Head: head, params: b.params, net: net, rates: c}, nil
	}
	return nil, &Error{"model_type", fmt.Sprintf("%q is not an architecture that runs", c.ModelType)}
}

// check refuses sizes that no model can have.
func (c *Config) check() error {
	for _, f := range []struct {
		name string
		n    int
	}{
		{"vocab_size", c.VocabSize}, {"hidden_size", c.HiddenSize}, {"num_hidden_layers", c.NumHiddenLayers},
		{"num_attention_heads", c.NumAttentionHeads}, {"intermediate_size", c.IntermediateSize},
		{"max_position_embeddings", c.MaxPositionEmbeddings}, {"type_vocab_size", c.TypeVocabSize},
	} {
		if f.n < 1 {
			return &Error{f.name, fmt.Sprintf("%d: want 1 or more", f.n)}
		}
	}
	if c.HiddenSize%c.NumAttentionHeads != 0 {
		return &Error{"num_attention_heads", fmt.Sprintf("%d heads do not divide hidden size %d", c.NumAttentionHeads, c.HiddenSize)}
	}
	return nil
}

func noHead(c *Config, h Head) error {
	return &Error{"model_type", fmt.Sprintf("%s has no %s head", c.ModelType, h.Kind)}
}

// Params returns the parameters in the order of the modules, tied ones once.
func (m *Model) Params() []Param { return m.params }

// SetDropout sets every dropout rate; nil: as the config says.
func (m *Model) SetDropout(rate *float64) { m.rates = m.Config.withDropout(rate) }

// MaxTokens returns how many tokens a sequence may have, special ones included.
func (m *Model) MaxTokens() int { return m.Config.MaxPositionEmbeddings }

// Forward returns the head's logits: [B, C] of a sequence head, [T, C] of a
// token head.
func (m *Model) Forward(p *ops.Pass, in *Batch) mat.Tensor {
	return m.net.forward(p, in, &m.rates)
}
