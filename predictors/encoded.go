package predictors

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tokenizers"
)

// Encoded is inputs as a model reads them: the tokens of all in one piece, and
// offsets into it.
type Encoded struct {
	ids, types []int32
	offsets    []int32   // Len()+1
	starts     [][]int32 // Tags: the first token of every word that was kept, within its sequence
	words      []int     // Tags: how many words were asked
	cut        []bool    // the input did not fit and lost its end

	gathered   sync.Once
	vocabulary []int32 // of the tokens, once they were gathered

	unreadable *InputError // the first input that the tokenizer gave up on, nil without one
}

// Len returns the number of inputs.
func (e *Encoded) Len() int { return len(e.offsets) - 1 }

// Tokens returns the number of tokens of all inputs.
func (e *Encoded) Tokens() int { return len(e.ids) }

// Length returns the number of tokens of input i.
func (e *Encoded) Length(i int) int { return int(e.offsets[i+1] - e.offsets[i]) }

// IDs returns the tokens of input i, which must not be changed.
func (e *Encoded) IDs(i int) []int32 { return e.ids[e.offsets[i]:e.offsets[i+1]] }

// Vocabulary returns the ids that occur in the inputs, ascending. It goes over all
// tokens, once.
func (e *Encoded) Vocabulary() []int32 {
	e.gathered.Do(func() {
		if len(e.ids) == 0 {
			return
		}
		occurs := make([]bool, slices.Max(e.ids)+1)
		for _, id := range e.ids {
			occurs[id] = true
		}
		for id, yes := range occurs {
			if yes {
				e.vocabulary = append(e.vocabulary, int32(id))
			}
		}
	})
	return e.vocabulary
}

// Starts returns the first token of every word of input i that was kept, within
// the input's tokens.
func (e *Encoded) Starts(i int) []int32 { return e.starts[i] }

// Fill makes b the given inputs, in that order.
func (e *Encoded) Fill(b *models.Batch, inputs []int) {
	b.Reset()
	for _, i := range inputs {
		b.Append(e.ids[e.offsets[i]:e.offsets[i+1]], e.types[e.offsets[i]:e.offsets[i+1]])
	}
}

// add appends the tokens of one more input.
func (e *Encoded) add(ids, types []int32, cut bool) {
	e.ids, e.types = append(e.ids, ids...), append(e.types, types...)
	e.offsets = append(e.offsets, int32(len(e.ids)))
	e.cut = append(e.cut, cut)
}

// join appends what a later chunk has.
func (e *Encoded) join(c *Encoded) {
	if e.unreadable == nil && c.unreadable != nil {
		e.unreadable = &InputError{Input: e.Len() + c.unreadable.Input, Err: c.unreadable.Err}
	}
	base := int32(len(e.ids))
	e.ids, e.types = append(e.ids, c.ids...), append(e.types, c.types...)
	for _, o := range c.offsets[1:] {
		e.offsets = append(e.offsets, base+o)
	}
	e.starts, e.words, e.cut = append(e.starts, c.starts...), append(e.words, c.words...), append(e.cut, c.cut...)
}

// Join returns the inputs of all, in their order.
func Join(all ...*Encoded) *Encoded {
	e := &Encoded{offsets: []int32{0}}
	for _, part := range all {
		e.join(part)
	}
	return e
}

// fail keeps the tokenizer's error, if any, about the next input.
func (e *Encoded) fail(err error) {
	if err != nil && e.unreadable == nil {
		e.unreadable = &InputError{Input: e.Len(), Err: err}
	}
}

// check returns an *InputError about the first input that the tokenizer or the model can't read.
func (e *Encoded) check(m *models.Model) error {
	if e.unreadable != nil {
		return e.unreadable
	}
	err := m.Check(&models.Batch{IDs: e.ids, TypeIDs: e.types, Offsets: e.offsets})
	var in *models.InputError
	if errors.As(err, &in) {
		return &InputError{Input: in.Sequence, Err: err}
	}
	return err
}

// InputError says which input, from 0, the model can't read.
type InputError struct {
	Input int
	Err   error
}

func (e *InputError) Error() string { return fmt.Sprintf("input %d: %v", e.Input+1, e.Err) }
func (e *InputError) Unwrap() error { return e.Err }

// encode tokenizes n inputs, several at a time.
func encode(n int, at func(i int) Input, tok *tokenizers.Tokenizer, form Form, r Recipe) *Encoded {
	const chunk = 128 // several of those that a file's texts come in
	parts := make([]Encoded, (n+chunk-1)/chunk)
	parallel.Each(r.Threads, len(parts), func(c int) {
		part := &parts[c]
		part.offsets = []int32{0}
		var ids tokenizers.IDs
		for i := c * chunk; i < min(n, (c+1)*chunk); i++ {
			form.encode(part, &ids, tok, at(i), r)
		}
	})
	all := &Encoded{offsets: []int32{0}}
	for i := range parts {
		all.join(&parts[i])
	}
	return all
}
