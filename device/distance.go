package device

import (
	"slices"

	"github.com/lmkor/bench/kernels/positions"
)

// DistanceAttention is a call: Attention whose scores depend on the distance of
// query and key too, before the mask,
//
//	Scale·q·k + DistanceScale·(q·ByQuery[row] + k·ByKey[row])
//
// where row is Rows[At[i]-j+Zero] for query i and key j of a sequence. The tables
// are [any, Width], or [any, Width/Heads] where all heads have one in common;
// either may be missing.
type DistanceAttention struct {
	Attention
	ByQuery, ByKey Matrix
	Rows           []int32 // ascending
	Zero           int
	At             []int32 // positions of the queries among their keys; nil: all, in order
	DistanceScale  float32

	jobs  []distanceJob // of the CPU, by sequence, then head
	order []int32       // of jobs, the longest first
}

// DistanceGrad is a call: the gradients of a DistanceAttention that has run. Those
// of tables are written whole; no buffer: not wanted.
type DistanceGrad struct {
	Of             *DistanceAttention
	DY             Buffer
	DQ, DK, DV     Matrix
	ByQuery, ByKey Buffer
}

func (*DistanceAttention) call() {}
func (*DistanceGrad) call()      {}

// positions returns those of sequence s's queries among its keys.
func (a *DistanceAttention) positions(s int) []int32 {
	if a.At != nil {
		return a.At[a.Offsets[s]:a.Offsets[s+1]]
	}
	at := make([]int32, a.Offsets[s+1]-a.Offsets[s])
	for i := range at {
		at[i] = int32(i)
	}
	return at
}

// Window returns the first row of the tables that sequence s uses and their number.
func (a *DistanceAttention) Window(s int) (first int32, n int) {
	at, nk := a.positions(s), int(a.KeyOff[s+1]-a.KeyOff[s])
	if len(at) == 0 || nk == 0 {
		return 0, 0
	}
	first = a.Rows[int(slices.Min(at))-(nk-1)+a.Zero]
	return first, int(a.Rows[int(slices.Max(at))+a.Zero]-first) + 1
}

// distances is what kernels need to know of sequence s.
func (a *DistanceAttention) distances(s int) (positions.Distances, int) {
	first, n := a.Window(s)
	return positions.Distances{Rows: a.Rows, Zero: a.Zero, At: a.positions(s), First: first}, n
}
