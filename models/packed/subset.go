package packed

import "slices"

// Subset is rows of a batch, all that a head reads. The last layer makes no
// others: its keys and values are everybody's, the rest is these rows' alone.
type Subset struct {
	Rows    []int32 // ascending
	Offsets []int32 // B+1: sequence i has Rows[Offsets[i]:Offsets[i+1]]
}

// Subset returns the rows as one, or nil if the last layer can't stop at them:
// they must ascend, and where no token sees what comes behind it, be the last
// of their sequences.
func (b *Batch) Subset(rows []int32, causal bool) *Subset {
	if rows == nil || !slices.IsSorted(rows) {
		return nil
	}
	s := &Subset{Rows: rows, Offsets: []int32{0}}
	n := 0
	for i := range b.Sequences() {
		first := n
		for n < len(rows) && rows[n] < b.Offsets[i+1] {
			n++
		}
		if causal && (n-first > 1 || n > first && rows[first] != b.Offsets[i+1]-1) {
			return nil
		}
		s.Offsets = append(s.Offsets, int32(n))
	}
	return s
}

// Positions returns the rows' places in their own sequences, which offsets bound.
func (s *Subset) Positions(offsets []int32) []int32 {
	at := make([]int32, len(s.Rows))
	for i := range len(s.Offsets) - 1 {
		for r := s.Offsets[i]; r < s.Offsets[i+1]; r++ {
			at[r] = s.Rows[r] - offsets[i]
		}
	}
	return at
}
