package models

import "fmt"

// Batch is B sequences side by side, without padding: T tokens in all.
type Batch struct {
	IDs     []int32 // T token ids
	TypeIDs []int32 // T token types
	Offsets []int32 // B+1: sequence i is tokens [Offsets[i], Offsets[i+1])

	// PadTo is the length that the reference would have padded each sequence
	// to, for architectures whose results depend on it (Funnel); 0: unpadded.
	PadTo int
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
}

// Append adds a sequence.
func (b *Batch) Append(ids, types []int32) {
	if len(ids) != len(types) {
		panic(fmt.Sprintf("models: %d ids with %d token types", len(ids), len(types)))
	}
	if len(b.Offsets) == 0 {
		b.Offsets = append(b.Offsets, 0)
	}
	b.IDs, b.TypeIDs = append(b.IDs, ids...), append(b.TypeIDs, types...)
	b.Offsets = append(b.Offsets, int32(len(b.IDs)))
}

// positions returns each token's place in its own sequence, from first.
func (b *Batch) positions(first int32) []int32 {
	pos := make([]int32, len(b.IDs))
	for s := range b.Sequences() {
		for t := b.Offsets[s]; t < b.Offsets[s+1]; t++ {
			pos[t] = first + t - b.Offsets[s]
		}
	}
	return pos
}

// firsts returns the row of each sequence's first token.
func (b *Batch) firsts() []int32 { return b.Offsets[:b.Sequences()] }
