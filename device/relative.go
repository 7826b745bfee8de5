package device

import "github.com/lmkor/bench/kernels"

// RelativeAttention is a call: the attention of Funnel over packed sequences, as
// Attention is. With q scaled by 1/√D, and biases likewise,
//
//	Probs = softmax((q+WordBias)·k + (q+PositionBias)·position + (q+TypeBias)·types[same segment])
//
// Positions are Shifted or Factorized. It keeps Probs, and of Shifted positions
// Table, [Shifted.Rows, Width], the encodings through the kernel.
type RelativeAttention struct {
	Y, Probs, Table                  Buffer
	Q, K, V                          Matrix
	WordBias, PositionBias, TypeBias Buffer // [Width]
	Kernel                           Buffer // [Model, Width]
	Types                            Buffer // [2, Width]
	Heads, Width, Model              int
	Offsets, KeyOff, KeyReal         []int32
	QueryTypes, KeyTypes             []int32
	SeparateCls                      bool
	Shifted                          *Shifted
	Factorized                       *Factorized
	Drop                             kernels.Dropper
	Precision                        Precision // of Table's product

	jobs  []relativeJob // of the CPU, by sequence, then head
	order []int32       // of jobs, the longest first
}

// Scores returns the number of scores, and so of Probs.
func (r *RelativeAttention) Scores() int { return scores(r.Offsets, r.KeyOff, r.Heads) }

// Shifted are positions of which only the distance counts: query i of nq and key j
// read row Shift·(Queries-1-i) + j of Encodings, [Rows, Model], where Queries is
// the longest sequence's number; a shorter one begins Shift·(Queries-nq) later.
type Shifted struct {
	Encodings     Buffer
	Rows          int
	Shift         int
	Queries, Keys int
}

// Window returns the first of a sequence's distances in Encodings and their number.
func (x *Shifted) Window(nq, nk int) (start, n int) {
	return x.Shift * (x.Queries - nq), x.Shift*(nq-1) + nk
}

// Factorized are positions that queries and keys have each for themselves: rows
// At of Query, (sin | cos), and rows Keys of Key, (cos | sin), both [any, Model].
type Factorized struct {
	Query, Key Buffer
	At, Keys   []int32
}

// RelativeGrad is a call: the gradients of a RelativeAttention that has run. Those
// of parameters are added to with Acc, else written; no buffer: not wanted.
type RelativeGrad struct {
	Of                                      *RelativeAttention
	DY                                      Buffer
	DQ, DK, DV                              Matrix
	WordBias, PositionBias, TypeBias, Types ParamGrad
	Kernel                                  ParamGrad
}

// ParamGrad is a parameter's gradient, and whether it is added to.
type ParamGrad struct {
	Buffer
	Acc bool
}
