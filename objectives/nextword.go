package objectives

import (
	"errors"
	"fmt"
	"iter"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// NextWords trains a causal language model: the loss is the mean cross entropy
// of every token but each sequence's first, given those before it.
type NextWords struct {
	model   *models.Model
	ids     []int32
	offsets []int32
}

// NewNextWords joins texts, an end-of-text token behind each where the tokenizer
// has one, and cuts them into sequences of length tokens, as transformers'
// run_clm does; what is left over is a shorter sequence.
func NewNextWords(m *models.Model, tok *tokenizers.Tokenizer, all iter.Seq[string], length int) (*NextWords, error) {
	end := tok.EosID()
	if end < 0 {
		end = tok.SepID()
	}
	o := &NextWords{model: m, offsets: []int32{0}}
	var ids tokenizers.IDs
	for text := range all {
		tok.EncodeIDs(&ids, text, "", false, tokenizers.Options{NoSpecial: true})
		if ids.Err != nil {
			return nil, ids.Err
		}
		if o.ids = append(o.ids, ids.IDs...); end >= 0 && len(ids.IDs) > 0 {
			o.ids = append(o.ids, end)
		}
	}
	const least = 2 // tokens: one to read, one to answer
	if length < least {
		return nil, fmt.Errorf("sequences of %d tokens: want %d or more", length, least)
	}
	for from := 0; len(o.ids)-from >= least; from += length {
		o.offsets = append(o.offsets, int32(min(len(o.ids), from+length)))
	}
	if o.Len() == 0 {
		return nil, errors.New("no text has two tokens")
	}
	whole := models.Batch{IDs: o.ids[:o.offsets[o.Len()]], TypeIDs: make([]int32, o.offsets[o.Len()]), Offsets: o.offsets}
	return o, m.Check(&whole)
}

// Models returns the one model.
func (o *NextWords) Models() []*models.Model { return []*models.Model{o.model} }

// Len returns the number of sequences.
func (o *NextWords) Len() int { return len(o.offsets) - 1 }

// Batch readies sequences; nothing in it is random.
func (o *NextWords) Batch(examples []int, _ uint64) trainers.Batch {
	b := &wordBatch{model: o.model}
	b.Reset()
	b.Only = []int32{}
	for _, i := range examples {
		ids := o.ids[o.offsets[i]:o.offsets[i+1]]
		first := int32(b.Tokens())
		b.Append(ids, nil)
		for t := range int32(len(ids) - 1) {
			b.Only = append(b.Only, first+t)
		}
		b.labels = append(b.labels, ids[1:]...)
	}
	return b
}
