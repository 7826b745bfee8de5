package models

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/ops"
)

// decoding is what a causal model keeps of the tokens that it has read. A nil
// decoding is none.
type decoding struct {
	caches []*ops.Cache // one a layer
	source *source
}

func (d *decoding) cache(layer int) *ops.Cache {
	if d == nil {
		return nil
	}
	return d.caches[layer]
}

// starts returns how many tokens of each sequence were read before.
func (d *decoding) starts() []int32 {
	if d == nil {
		return nil
	}
	return d.caches[0].Lens()
}

// decoder is a network that reads token by token.
type decoder interface {
	// canDecode returns an error about a config with which a text can't be read
	// token by token.
	canDecode(c *Config) error
	// cacheSizes returns the layers and the width of their keys.
	cacheSizes(c *Config) (layers, width int)
	// encode reads an encoder-decoder's source, which may have no sequences; nil for
	// others.
	encode(p *ops.Pass, in *Batch, c *Config) *source
	// next reads the batch's tokens behind those that st has, and returns the
	// scores of each sequence's next token, [B, V].
	next(p *ops.Pass, in *Batch, c *Config, st *decoding) mat.Tensor
}

// Decoder runs a causal language model or the decoder of an encoder-decoder
// token by token; earlier tokens' keys and values are kept, on the model's device,
// until Close.
type Decoder struct {
	m    *Model
	net  decoder
	pass *ops.Pass
	st   decoding
}

// NewDecoder returns a decoder of the given number of sequences with room for
// that many tokens each. source is what an encoder-decoder's encoder reads, as
// many sequences; nil for other models, and where there are none yet.
func (m *Model) NewDecoder(sequences, room int, source *Batch) (*Decoder, error) {
	net, ok := m.net.(decoder)
	if !ok || m.Head.Kind != CausalLMHead {
		return nil, &Error{"architectures", fmt.Sprintf("%s with a %s head generates no text", m.Config.ModelType, m.Head.Kind)}
	}
	if err := net.canDecode(&m.Config); err != nil {
		return nil, err
	}
	d := &Decoder{m: m, net: net, pass: &ops.Pass{Backend: m.Backend()}}
	if err := d.check(room, source); err != nil {
		return nil, err
	}
	layers, width := net.cacheSizes(&m.Config)
	for range layers {
		d.st.caches = append(d.st.caches, ops.NewCache(d.pass, sequences, room, width))
	}
	d.st.source = net.encode(d.pass, source, &m.Config)
	d.pass.Release()
	return d, nil
}

// check returns an *InputError about sequences that the model has no room for, or
// about sources that it can't read.
func (d *Decoder) check(room int, source *Batch) error {
	most := d.m.MaxTokens()
	if source != nil {
		if err := d.m.Check(source); err != nil {
			return err
		}
	}
	if d.m.Config.Decoder != nil {
		most = d.m.Config.Decoder.MaxTokens()
	}
	if room > most {
		return &InputError{Msg: fmt.Sprintf("room for %d tokens: the model takes 1 to %d", room, most)}
	}
	return nil
}

// Join adds a sequence without tokens, with room for that many, behind the others.
// source is what an encoder-decoder's encoder reads for it, one sequence; nil for
// other models.
func (d *Decoder) Join(room int, source *Batch) error {
	if (source != nil) != (d.st.source != nil) {
		return &InputError{Msg: "an encoder-decoder's sequences have a source, and no others"}
	}
	if err := d.check(room, source); err != nil {
		return err
	}
	if source != nil {
		d.pass.Release()
		d.pass.Begin(0)
		d.st.source.join(d.pass, d.net.encode(d.pass, source, &d.m.Config))
		d.pass.Release()
	}
	for _, c := range d.st.caches {
		c.Join(room)
	}
	return nil
}

// Next reads tokens behind those of each sequence and returns the scores of
// the next one, [B, V]; they are overwritten by the next call. It panics if
// there is no room, or an id is outside the vocabulary.
func (d *Decoder) Next(tokens *Batch) *ops.Tensor {
	d.pass.Release()
	d.pass.Begin(0)
	return ops.Of(d.net.next(d.pass, tokens, &d.m.Config, &d.st))
}

// Reorder makes sequence i what sequence from[i] was. Their number may change;
// sequences of one source must stay together, in the sources' order, and a source
// that none has any more is forgotten.
func (d *Decoder) Reorder(from []int) {
	for _, c := range d.st.caches {
		c.Reorder(from)
	}
	d.st.source.reorder(d.pass, from)
}

// Close gives back what the decoder keeps.
func (d *Decoder) Close() {
	d.pass.Release()
	for _, c := range d.st.caches {
		c.Free()
	}
	d.st.source.free()
	d.st.source = nil
}
