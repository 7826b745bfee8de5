// Package packed holds batches of sequences without padding, and what is asked of
// their lengths.
package packed

import "fmt"

// Batch is B sequences side by side, without padding: T tokens in all.
type Batch struct {
	IDs     []int32 // T token ids
	TypeIDs []int32 // T token types
	Offsets []int32 // B+1: sequence i is tokens [Offsets[i], Offsets[i+1])

	// PadTo is the length that the reference would have padded each sequence
	// to, for architectures whose results depend on it (Funnel); 0: unpadded.
	PadTo int

	// Only are the tokens that a token or language model head answers, in the
	// answers' order, none twice; nil: all.
	Only []int32

	// Target is what an encoder-decoder's decoder reads, as many sequences;
	// nil for other models.
	Target *Batch
}

// Sequences returns B.
func (b *Batch) Sequences() int { return len(b.Offsets) - 1 }

// Tokens returns T.
func (b *Batch) Tokens() int { return len(b.IDs) }

// Len returns the number of tokens of sequence i.
func (b *Batch) Len(i int) int { return int(b.Offsets[i+1] - b.Offsets[i]) }

// Reset empties the batch, keeping its memory.
func (b *Batch) Reset() {
	b.IDs, b.TypeIDs, b.Offsets = b.IDs[:0], b.TypeIDs[:0], append(b.Offsets[:0], 0)
	b.Only, b.Target = nil, nil
}

// Append adds a sequence. types may be nil: all 0.
func (b *Batch) Append(ids, types []int32) {
	if types == nil {
		types = make([]int32, len(ids))
	}
	if len(ids) != len(types) {
		panic(fmt.Sprintf("packed: %d ids with %d token types", len(ids), len(types)))
	}
	if len(b.Offsets) == 0 {
		b.Offsets = append(b.Offsets, 0)
	}
	b.IDs, b.TypeIDs = append(b.IDs, ids...), append(b.TypeIDs, types...)
	b.Offsets = append(b.Offsets, int32(len(b.IDs)))
}

// Positions returns each token's place in its own sequence, of which starts
// tokens came before; nil: none.
func (b *Batch) Positions(starts []int32) []int32 {
	pos := make([]int32, len(b.IDs))
	for s := range b.Sequences() {
		var first int32
		if starts != nil {
			first = starts[s]
		}
		for t := b.Offsets[s]; t < b.Offsets[s+1]; t++ {
			pos[t] = first + t - b.Offsets[s]
		}
	}
	return pos
}

// PositionsFromPad returns positions as RoBERTa counts them: the first real
// token is at pad+1, padding tokens stay at pad and are not counted, but for
// those among the starts tokens that came before; nil: none.
func (b *Batch) PositionsFromPad(pad int32, starts []int32) []int32 {
	pos := make([]int32, len(b.IDs))
	for s := range b.Sequences() {
		next := pad
		if starts != nil {
			next += starts[s]
		}
		for t := b.Offsets[s]; t < b.Offsets[s+1]; t++ {
			pos[t] = pad
			if b.IDs[t] != pad {
				next++
				pos[t] = next
			}
		}
	}
	return pos
}

// TypesOf returns the token types for a table of n. A table of one is for
// models that know no segments: they are not told of any.
func (b *Batch) TypesOf(n int) []int32 {
	if n == 1 {
		return make([]int32, len(b.IDs))
	}
	return b.TypeIDs
}

// Firsts returns the row of each sequence's first token.
func (b *Batch) Firsts() []int32 { return b.Offsets[:b.Sequences()] }

// Lasts returns the row of each sequence's last token that is not pad, of its
// first where all are.
func (b *Batch) Lasts(pad int32) []int32 {
	rows := make([]int32, b.Sequences())
	for s := range rows {
		rows[s] = b.Offsets[s]
		for t := b.Offsets[s]; t < b.Offsets[s+1]; t++ {
			if b.IDs[t] != pad {
				rows[s] = max(rows[s], t)
			}
		}
	}
	return rows
}
