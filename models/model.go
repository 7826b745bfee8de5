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
	prefix string // of the base model's parameters
}

// network is what an architecture gives.
type network interface {
	nn.Model
	// forward returns the head's logits, as Model.Forward.
	forward(p *ops.Pass, in *Batch, c *Config) mat.Tensor
}

// New returns a model with random parameters: a function of config, head and
// seed. Matrices are normal, biases 0, layer norms 1; deviations are those of
// transformers.
func New(c Config, head Head, seed uint64) (*Model, error) {
	m, err := build(c, head, mostValues)
	if err != nil {
		return nil, err
	}
	for _, p := range m.params {
		p.initialize(seed, &c)
	}
	return m, nil
}

// mostValues is more than the largest model of these architectures has.
const mostValues = 1 << 36

// build returns a model whose parameters are all zero, and of which most values
// may be there: a config that asks for more is an error, not an allocation.
func build(c Config, head Head, most int) (m *Model, err error) {
	a, err := ArchitectureOf(c.ModelType)
	if err != nil {
		return nil, err
	}
	if head.Kind == SequenceHead || head.Kind == TokenHead {
		if err := (size{"id2label", head.Labels}).check(); err != nil {
			return nil, err
		}
	}
	b := &builder{room: most}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *tooLarge:
			m, err = nil, r
		default:
			panic(r)
		}
	}()
	net, err := a.build(b, &c, head)
	if err != nil {
		return nil, err
	}
	return &Model{Net: net, Config: c, Head: head, params: b.params, net: net, rates: c, prefix: a.Prefix}, nil
}

// size is a number of a config that must be positive.
type size struct {
	name string
	n    int
}

func (s size) check() error {
	if s.n < 1 {
		return &Error{s.name, fmt.Sprintf("%d: want 1 or more", s.n)}
	}
	return nil
}

func divides(name string, heads int, of string, width int) error {
	if width%heads != 0 {
		return &Error{name, fmt.Sprintf("%d heads do not divide %s %d", heads, of, width)}
	}
	return nil
}

// checkBert refuses sizes that no BERT can have.
func (c *Config) checkBert() error {
	for _, f := range []size{
		{"vocab_size", c.VocabSize}, {"hidden_size", c.HiddenSize}, {"num_hidden_layers", c.NumHiddenLayers},
		{"num_attention_heads", c.NumAttentionHeads}, {"intermediate_size", c.IntermediateSize},
		{"max_position_embeddings", c.MaxPositionEmbeddings}, {"type_vocab_size", c.TypeVocabSize},
	} {
		if err := f.check(); err != nil {
			return err
		}
	}
	if err := c.checkPositions(); err != nil {
		return err
	}
	if err := c.checkPad(c.VocabSize); err != nil {
		return err
	}
	if c.arch().fromPad && (c.PadTokenID < 0 || c.MaxTokens() < 1) {
		return &Error{"pad_token_id", fmt.Sprintf("%d: positions count from it, of %d: want less", c.PadTokenID,
			c.MaxPositionEmbeddings)}
	}
	if err := checkLayers("num_hidden_layers", c.NumHiddenLayers); err != nil {
		return err
	}
	return divides("num_attention_heads", c.NumAttentionHeads, "hidden_size", c.HiddenSize)
}

// checkPad refuses a padding token without an embedding.
func (c *Config) checkPad(vocab int) error {
	if c.PadTokenID < -1 || c.PadTokenID >= vocab {
		return &Error{"pad_token_id", fmt.Sprintf("%d: want one of the %d embeddings", c.PadTokenID, vocab)}
	}
	return nil
}

// mostLayers is more than any model has that was ever trained: every layer is
// memory and time even where all share their weights.
const mostLayers = 4096

func checkLayers(field string, n int) error {
	if n > mostLayers {
		return &Error{field, fmt.Sprintf("%d layers: want %d or fewer", n, mostLayers)}
	}
	return nil
}

func noHead(c *Config, h Head) error {
	return &Error{"model_type", fmt.Sprintf("%s has no %s head", c.ModelType, h.Kind)}
}

// initRange is the deviation of random values that have none of their own.
func (c *Config) initRange() float64 {
	if c.ModelType == "encoder-decoder" {
		return c.Decoder.InitializerRange
	}
	return c.InitializerRange
}

// Params returns the parameters in the order of the modules, tied ones once.
func (m *Model) Params() []Param { return m.params }

// Place puts the parameters into a backend's memory, which a pass on it needs: see
// ops.Place. Those in the host's memory are ready for any CPU.
func (m *Model) Place(b ops.Backend) {
	weights := make([]*nn.Param, len(m.params))
	for i, p := range m.params {
		weights[i] = p.Param
	}
	ops.Place(b, weights)
}

// Backend returns what a pass through the model can run on: the device that it was
// placed on, or a CPU of the caller's own.
func (m *Model) Backend() ops.Backend { return ops.BackendOf(m.params[0].Param) }

// SetDropout sets every dropout rate; nil: as the config says.
func (m *Model) SetDropout(rate *float64) { m.rates = m.Config.withDropout(rate) }

// MaxTokens returns how many tokens a sequence may have, special ones included;
// of an encoder-decoder, of the encoder's. Funnel knows no limit.
func (m *Model) MaxTokens() int { return m.Config.MaxTokens() }

// VocabSize returns the number of token ids that the model knows.
func (m *Model) VocabSize() int { return m.Config.Vocabulary() }

// Outputs returns the number of token ids that a language model answers with: of
// an encoder-decoder those of its decoder.
func (c *Config) Outputs() int {
	if c.Decoder != nil {
		return c.Decoder.VocabSize
	}
	return c.Vocabulary()
}

// Vocabulary returns the number of token ids, as Model.VocabSize.
func (c *Config) Vocabulary() int {
	if c.ModelType == "encoder-decoder" {
		return c.Encoder.VocabSize
	}
	return c.VocabSize
}

// Forward returns the head's logits: [B, C] of a sequence head, and of the
// others a row for each token, or for each of in.Only: [T, C] of a token head,
// [T, V] of a language model, [T, 1] of a discriminator. An encoder-decoder
// answers the tokens of in.Target.
func (m *Model) Forward(p *ops.Pass, in *Batch) mat.Tensor {
	return m.net.forward(p, in, &m.rates)
}
