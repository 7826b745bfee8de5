package device

import (
	"math"

	"github.com/lmkor/bench/kernels"
)

// AdamW is a call: the updates of parameters, each independent of the others.
type AdamW struct {
	Updates []Update
	// Norm, if it is not nil, is a call that has been run: every gradient is
	// multiplied by min(1, MaxNorm/(√Norm.Sum + 1e-6)), and by With's own scale. So
	// the host need not know the norm for clipping.
	Norm    *Squares
	MaxNorm float64
	// Broken is left the first update whose parameter has become NaN or infinite
	// somewhere, -1 if none has.
	Broken int

	chunks []chunk // of the CPU, reused from step to step
}

// Scale returns what Norm has every gradient multiplied by, 1 without it.
func (o *AdamW) Scale() float32 {
	if o.Norm == nil {
		return 1
	}
	return float32(min(1, o.MaxNorm/(math.Sqrt(o.Norm.Sum)+1e-6)))
}

// Update changes P, and its moments M and V, by the gradient G: see
// kernels.AdamWFactors.Update. With Sparse only Rows do, ascending, Cols wide each;
// the others shrink by DecayOthers times themselves, if that is not 0.
type Update struct {
	P, M, V, G  Buffer
	Sparse      bool
	Rows        []int32
	Cols        int
	With        kernels.AdamWFactors
	DecayOthers float32
}

// Squares is a call: Sum becomes the sum of the squares of all parts, added up in a
// fixed order.
type Squares struct {
	Parts []Part
	Sum   float64
	// Total is two floats of the backend's memory, where one that is late keeps Sum
	// for an AdamW behind. The CPU does not use it.
	Total Buffer

	chunks []chunk // of the CPU, reused from step to step
	sums   []float64
}

// Part is a buffer, or with Sparse rows of it, Cols wide each.
type Part struct {
	X      Buffer
	Sparse bool
	Rows   []int32
	Cols   int
	// Known, if it is not nil, is the Product.Squares of the product that wrote X
	// last: a backend may add that in place of reading X.
	Known *float64
}

// Finite is a call: OK is left whether X holds neither a NaN nor an infinity.
type Finite struct {
	X  Buffer
	OK bool
}
