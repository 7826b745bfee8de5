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
	// Scaled, if there is one, is the State of the LossScale that every gradient has been
	// multiplied by: it is divided by that too, MaxNorm is of the gradients without it, and
	// where Norm's sum is not finite nothing changes at all.
	Scaled Buffer
	// Broken is left the first update whose parameter has become NaN or infinite
	// somewhere, -1 if none has.
	Broken int

	chunks []chunk // of the CPU, reused from step to step
}

// factor returns what Norm and Scaled have every gradient multiplied by, 1 without them,
// and whether there is an update.
func (o *AdamW) factor() (by float32, ok bool) {
	if o.Norm == nil {
		return 1, true
	}
	scale := 1.0
	if !o.Scaled.None() {
		if scale = float64(o.Scaled.Floats()[0]); !o.Norm.Finite() {
			return 0, false
		}
	}
	return float32(min(1, o.MaxNorm/(math.Sqrt(o.Norm.Sum)/scale+1e-6)) / scale), true
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
