package models

import (
	"slices"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/ops"
)

// subset is rows of a batch, all that a head reads. The last layer makes no
// others: its keys and values are everybody's, the rest is these rows' alone.
type subset struct {
	rows    []int32 // ascending
	offsets []int32 // B+1: sequence i has rows[offsets[i]:offsets[i+1]]
}

// subset returns the rows as one, or nil if the last layer can't stop at them:
// they must ascend, and where no token sees what comes behind it, be the last
// of their sequences.
func (b *Batch) subset(rows []int32, causal bool) *subset {
	if rows == nil || !slices.IsSorted(rows) {
		return nil
	}
	s := &subset{rows: rows, offsets: []int32{0}}
	n := 0
	for i := range b.Sequences() {
		first := n
		for n < len(rows) && rows[n] < b.Offsets[i+1] {
			n++
		}
		if causal && (n-first > 1 || n > first && rows[first] != b.Offsets[i+1]-1) {
			return nil
		}
		s.offsets = append(s.offsets, int32(n))
	}
	return s
}

// rest returns the given rows of x, which has them all, or with a subset has
// them alone.
func (s *subset) rest(p *ops.Pass, x mat.Tensor, rows []int32) mat.Tensor {
	if s != nil || rows == nil {
		return x
	}
	return ops.Rows(p, x, rows)
}
