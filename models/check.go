package models

import "fmt"

// InputError says what of a sequence the model can't read.
type InputError struct {
	Sequence int // of the batch
	Msg      string
}

func (e *InputError) Error() string { return e.Msg }

// Check returns an *InputError about the first sequence of in that has no or
// too many tokens, or ids or token types without an embedding: Forward would
// panic.
func (m *Model) Check(in *Batch) error {
	c := &m.Config
	if in.Target != nil && c.Decoder != nil {
		if err := checkBatch(in.Target, c.Decoder.VocabSize, 0, c.Decoder.MaxTokens()); err != nil {
			return err
		}
	}
	return checkBatch(in, c.Vocabulary(), c.TokenTypes(), c.MaxTokens())
}

// checkBatch checks ids, lengths and, where there is more than one, types.
func checkBatch(in *Batch, vocab, types, most int) error {
	for s := range in.Sequences() {
		fault := func(format string, args ...any) error {
			return &InputError{s, fmt.Sprintf(format, args...)}
		}
		if n := in.Len(s); n == 0 || n > most {
			return fault("%d tokens: the model takes 1 to %d", n, most)
		}
		for t := in.Offsets[s]; t < in.Offsets[s+1]; t++ {
			if id := in.IDs[t]; id < 0 || int(id) >= vocab {
				return fault("token id %d: the model has %d embeddings", id, vocab)
			}
			if k := in.TypeIDs[t]; types > 1 && (k < 0 || int(k) >= types) {
				return fault("token type %d: the model has %d", k, types)
			}
		}
	}
	return nil
}
