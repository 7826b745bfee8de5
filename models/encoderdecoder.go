package models

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// encoderDecoder is two BERTs or RoBERTas: the second reads the target causally and sees
// the first's output, and scores the vocabulary. They may share their weights.
type encoderDecoder struct {
	nn.Module
	Encoder *encoder
	Pooler  Linear  // of the encoder, in the checkpoint and of no use
	Project *Linear // from the encoder's width to the decoder's, where they differ
	Decoder *encoder
	Head    *lmHead
}

func encoderDecoderArchitecture() Architecture {
	return Architecture{
		ModelType: "encoder-decoder", Class: "EncoderDecoderModel", Heads: []HeadClass{{"", CausalLMHead}},
		Defaults:   Config{PadTokenID: -1},
		Reads:      []string{"encoder", "decoder", "tie_encoder_decoder", "decoder_start_token_id"},
		MaxTokens:  func(c *Config) int { return c.Encoder.MaxTokens() },
		TokenTypes: func(*Config) int { return 0 }, // never told
		Sizes:      func(c *Config) Sizes { return c.Encoder.Sizes() },
		build:      newEncoderDecoder,
	}
}

func newEncoderDecoder(b *builder, c *Config, head Head) (network, error) {
	if head.Kind != CausalLMHead {
		return nil, noHead(c, head)
	}
	dec := Config{}
	if c.Decoder != nil {
		dec = *c.Decoder
	}
	dec.IsDecoder = true
	for _, part := range []struct {
		name string
		c    *Config
	}{{"encoder", c.Encoder}, {"decoder", &dec}} {
		if part.c == nil || part.c.arch().lm == nil {
			return nil, &Error{part.name, "want a config with model_type bert, roberta or xlm-roberta"}
		}
		if err := part.c.checkBert(); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	enc, arch := c.Encoder, dec.arch()
	prefix := "decoder." + strings.TrimSuffix(arch.Prefix, ".")
	n := &encoderDecoder{}
	var err error
	if c.TieEncoderDecoder {
		if err := enc.sameSizes(&dec); err != nil {
			return nil, err
		}
		b.twin = [2]string{prefix + ".", "encoder."}
	} else if n.Encoder, err = newBertEncoder(b, "encoder", enc, enc.HiddenSize); err != nil {
		return nil, err
	}
	if n.Decoder, err = newBertEncoder(b, prefix, &dec, dec.HiddenSize); err != nil {
		return nil, err
	}
	b.twin = [2]string{}
	if c.TieEncoderDecoder {
		if n.Encoder, err = n.Decoder.tiedTo(enc); err != nil {
			return nil, err
		}
	}
	for i, l := range n.Decoder.Layers {
		l.Cross = newCrossAttention(b, fmt.Sprintf("%s.encoder.layer.%d.crossattention", prefix, i), &dec)
	}
	if enc.HiddenSize != dec.HiddenSize {
		project := b.linear("enc_to_dec_proj", enc.HiddenSize, dec.HiddenSize)
		n.Project = &project
	}
	n.Pooler = b.linear("encoder.pooler.dense", enc.HiddenSize, enc.HiddenSize)
	n.Head = arch.lm(b, "decoder.", &dec, n.Decoder)
	b.head = false
	for _, p := range []*nn.Param{n.Pooler.W, n.Pooler.B} {
		b.of(p).head = true // old checkpoints lack it
	}
	return n, nil
}

// tiedTo returns the encoder that the config c describes over the parameters of
// e, a decoder: what has no parameters is the config's own.
func (e *encoder) tiedTo(c *Config) (*encoder, error) {
	act, err := activation("hidden_act", c.HiddenAct)
	if err != nil {
		return nil, err
	}
	eps := float32(c.LayerNormEps)
	s := *e
	s.causal, s.Layers = c.IsDecoder, nil
	s.Embeddings.pad, s.Embeddings.Norm.eps = int32(c.PadTokenID), eps
	for _, l := range e.Layers {
		copied := *l
		copied.heads, copied.act, copied.ONorm.eps, copied.Norm.eps = c.NumAttentionHeads, act, eps, eps
		s.Layers = append(s.Layers, &copied)
	}
	return &s, nil
}

// sameSizes refuses two configs whose weights can't be shared.
func (c *Config) sameSizes(d *Config) error {
	if c.ModelType != d.ModelType {
		return &Error{"tie_encoder_decoder", fmt.Sprintf("model_type %s and %s: want one", c.ModelType, d.ModelType)}
	}
	if c.relative() != d.relative() {
		return &Error{"tie_encoder_decoder", "encoder and decoder differ in position_embedding_type"}
	}
	for _, f := range []struct {
		name string
		a, b int
	}{
		{"vocab_size", c.VocabSize, d.VocabSize}, {"hidden_size", c.HiddenSize, d.HiddenSize},
		{"num_hidden_layers", c.NumHiddenLayers, d.NumHiddenLayers}, {"intermediate_size", c.IntermediateSize, d.IntermediateSize},
		{"max_position_embeddings", c.MaxPositionEmbeddings, d.MaxPositionEmbeddings},
		{"type_vocab_size", c.TypeVocabSize, d.TypeVocabSize},
	} {
		if f.a != f.b {
			return &Error{"tie_encoder_decoder", fmt.Sprintf("encoder and decoder differ in %s: %d and %d", f.name, f.a, f.b)}
		}
	}
	return nil
}

func (n *encoderDecoder) forward(p *ops.Pass, in *Batch, c *Config) mat.Tensor {
	if in.Target == nil || in.Target.Sequences() != in.Sequences() {
		panic("models: an encoder-decoder wants a target for each sequence")
	}
	x := n.Decoder.run(p, untyped(in.Target), c.Decoder, in.Target.Only, nil, n.read(p, in, c))
	return n.Head.forward(p, x, c.Decoder)
}

// untyped returns the batch without its token types: in the reference neither
// side is given any.
func untyped(in *Batch) *Batch {
	plain := *in
	plain.TypeIDs = make([]int32, len(in.IDs))
	return &plain
}

// read runs the encoder.
func (n *encoderDecoder) read(p *ops.Pass, in *Batch, c *Config) *source {
	x := n.Encoder.run(p, untyped(in), c.Encoder, nil, nil, nil)
	if n.Project != nil {
		x = n.Project.Forward(p, x, kernels.Identity)
	}
	return &source{x: x, offsets: in.Offsets}
}

func (n *encoderDecoder) canDecode(c *Config) error { return c.Decoder.canDecodeRelative() }

func (n *encoderDecoder) cacheSizes(c *Config) (layers, width int) {
	return len(n.Decoder.Layers), c.Decoder.HiddenSize
}

func (n *encoderDecoder) encode(p *ops.Pass, in *Batch, c *Config) *source {
	if in == nil || in.Sequences() == 0 {
		return &source{offsets: []int32{0}, kept: map[*crossAttention]*ops.Tensor{}}
	}
	s := n.read(p, in, c)
	s.offsets = slices.Clone(s.offsets) // which join appends to
	s.kept = map[*crossAttention]*ops.Tensor{}
	for _, l := range n.Decoder.Layers {
		s.kept[l.Cross] = ops.Detached(p, sideBySide(p, s.x, l.Cross.K, l.Cross.V))
	}
	s.x = nil
	for i := range in.Sequences() {
		s.owner = append(s.owner, i)
	}
	return s
}

func (n *encoderDecoder) next(p *ops.Pass, in *Batch, c *Config, st *decoding) mat.Tensor {
	x := n.Decoder.run(p, in, c.Decoder, in.Lasts(-1), st, st.source)
	return n.Head.forward(p, x, c.Decoder)
}
