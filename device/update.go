package device

import "github.com/lmkor/bench/kernels"

// AdamW is a call: the updates of parameters, each independent of the others.
type AdamW struct {
	Updates []Update
	// Broken is left the first update whose parameter has become NaN or infinite
	// somewhere, -1 if none has.
	Broken int

	chunks []chunk // of the CPU, reused from step to step
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

// Squares is a call: Sum has the sums of the squares of all parts added, one after
// the other in a fixed order.
type Squares struct {
	Parts []Part
	Sum   float64

	chunks []chunk // of the CPU, reused from step to step
	sums   []float64
}

// Part is a buffer, or with Sparse rows of it, Cols wide each.
type Part struct {
	X      Buffer
	Sparse bool
	Rows   []int32
	Cols   int
}

// Finite is a call: OK is left whether X holds neither a NaN nor an infinity.
type Finite struct {
	X  Buffer
	OK bool
}
