package models

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/models/packed"
	"github.com/lmkor/bench/ops"
)

// Batch is B sequences side by side, without padding.
type Batch = packed.Batch

// rest returns the given rows of x, which has them all, or with a subset has
// them alone.
func rest(p *ops.Pass, only *packed.Subset, x mat.Tensor, rows []int32) mat.Tensor {
	if only != nil || rows == nil {
		return x
	}
	return ops.Rows(p, x, rows)
}
