package ops

import (
	"slices"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// AdamW is the classic AdamW of transformers before version 5 as a spago
// optimization strategy: eps before the bias correction, decay after the
// update. A gathered table's rows whose gradient and moments are zero are left
// alone: their update is zero.
type AdamW struct {
	Beta1, Beta2, Eps float64
	LR                float64
	Step              int     // of this update, from 1
	Scale             float32 // the clipping's factor

	Decay func(*nn.Param) float64 // a parameter's weight decay
	Rate  func(*nn.Param) float64 // what a parameter's learning rate is of LR; nil: 1

	updates []update
	pieces  []piece // of the updates, reused from step to step
}

// update is what a step does to one parameter.
type update struct {
	p    *nn.Param
	t    *Tensor
	m    *Moments
	g    []float32
	rows []int32 // if the gradient is sparse
	with kernels.AdamWFactors
}

// Moments is a parameter's optimizer state, in its State.
type Moments struct {
	M, V []float32
	// Live are the rows, ascending, whose moments may not be zero; nil and All
	// unset at first.
	Live []int32
	All  bool
}

// MomentsOf returns p's moments, which are made on first use.
func MomentsOf(p *nn.Param) *Moments {
	if s, ok := p.State.(*Moments); ok {
		return s
	}
	t := Of(p)
	s := &Moments{M: Storage(t.rows, t.cols), V: Storage(t.rows, t.cols)}
	p.State = s
	return s
}

// OptimizeParams updates p by its gradient; without one it does nothing.
func (o *AdamW) OptimizeParams(p *nn.Param) error { return o.OptimizeAll([]*nn.Param{p}) }

// OptimizeAll is OptimizeParams of every one of params, in one pass over them.
// All are updated; a *NotFiniteError then names the first of them that has
// become NaN or infinite somewhere.
func (o *AdamW) OptimizeAll(params []*nn.Param) error {
	o.updates, o.pieces = o.updates[:0], o.pieces[:0]
	for _, p := range params {
		o.plan(p)
	}
	broken := newFirst()
	kernels.Parallel(len(o.pieces), func(i int) {
		piece := &o.pieces[i]
		if u := &o.updates[piece.of]; !u.run(piece) {
			broken.add(piece.of)
		}
	})
	if i, ok := broken.get(); ok {
		return &NotFiniteError{Param: o.updates[i].p}
	}
	return nil
}

// run updates one piece and tells whether it is finite, while it is near.
func (u *update) run(piece *piece) bool {
	lo, hi := piece.from, piece.to
	if !piece.sparse {
		u.with.Update(u.t.data[lo:hi], u.m.M[lo:hi], u.m.V[lo:hi], u.g[lo:hi])
		return kernels.Finite(u.t.data[lo:hi])
	}
	rows, cols := u.rows[lo:hi], u.t.cols
	u.with.UpdateRows(u.t.data, u.m.M, u.m.V, u.g, cols, rows)
	for _, r := range rows {
		if !kernels.Finite(u.t.data[int(r)*cols : (int(r)+1)*cols]) {
			return false
		}
	}
	return true
}

// plan adds the update of p.
func (o *AdamW) plan(p *nn.Param) {
	g := GradientOf(p)
	if g.Values == nil {
		return
	}
	t, s := Of(p), MomentsOf(p)
	rate := o.LR
	if o.Rate != nil {
		rate *= o.Rate(p)
	}
	k := kernels.AdamW{LR: rate, Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps, WeightDecay: o.Decay(p), Step: o.Step, Scale: o.Scale}
	sparse := g.Sparse && !s.All
	if sparse {
		s.Live = union(s.Live, g.Rows)
		if k.WeightDecay != 0 {
			decayOthers(t, s.Live, float32(rate*k.WeightDecay))
		}
	} else {
		s.All, s.Live = true, nil
	}
	o.pieces = cut(o.pieces, len(o.updates), t, sparse, len(s.Live))
	o.updates = append(o.updates, update{p: p, t: t, m: s, g: g.Values, rows: s.Live, with: k.Factors()})
}

// decayOthers shrinks the rows that are not live.
func decayOthers(t *Tensor, live []int32, decay float32) {
	kernels.Parallel(chunks(t.rows), func(c int) {
		for r := c * rowChunk; r < min(t.rows, (c+1)*rowChunk); r++ {
			if _, ok := slices.BinarySearch(live, int32(r)); ok {
				continue
			}
			for i, v := range t.data[r*t.cols : (r+1)*t.cols] {
				t.data[r*t.cols+i] = v - decay*v
			}
		}
	})
}

// union merges ascending a and b into one ascending list without repetition.
func union(a, b []int32) []int32 {
	missing := 0
	for _, r := range b {
		if _, ok := slices.BinarySearch(a, r); !ok {
			missing++
		}
	}
	if missing == 0 {
		return a
	}
	// Most rows are there already: merged from the back, nothing is sorted anew.
	i, j := len(a)-1, len(b)-1
	a = slices.Grow(a, missing)[:len(a)+missing]
	for k := len(a) - 1; j >= 0; k-- {
		switch {
		case i < 0 || a[i] < b[j]:
			a[k], j = b[j], j-1
		case a[i] == b[j]:
			a[k], i, j = a[i], i-1, j-1
		default:
			a[k], i = a[i], i-1
		}
	}
	return a
}
