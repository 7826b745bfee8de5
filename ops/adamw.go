package ops

import (
	"slices"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// AdamW is the classic AdamW of transformers before version 5 as a spago
// optimization strategy: eps before the bias correction, decay after the
// update. A gathered table's rows whose gradient and moments are zero are left
// alone: their update is zero.
type AdamW struct {
	Backend           device.Backend // nil: the CPU
	Beta1, Beta2, Eps float64
	LR                float64
	Step              int     // of this update, from 1
	Scale             float32 // of every gradient

	// Norm, if it is not nil, has begun: gradients are multiplied by what brings
	// their norm down to MaxNorm, if it is larger.
	Norm    *GradNorm
	MaxNorm float64
	// LossScale, if it is not nil, is what gradients were multiplied by, those of Norm too,
	// which then has to be there: they are divided by it, and where the norm is not finite
	// nothing is updated. MaxNorm is of gradients without it.
	LossScale *LossScale

	Decay func(*nn.Param) float64 // a parameter's weight decay
	Rate  func(*nn.Param) float64 // what a parameter's learning rate is of LR; nil: 1

	call    device.AdamW // reused from step to step
	updated []*nn.Param  // those of call
}

// Moments is a parameter's optimizer state, in its State, where the parameter is.
type Moments struct {
	M, V *Tensor
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
	moment := func() *Tensor {
		return &Tensor{rows: t.rows, cols: t.cols, buf: t.storage(t.rows, t.cols), home: t.home}
	}
	s := &Moments{M: moment(), V: moment()}
	p.State = s
	return s
}

// Touch counts rows, ascending, as having moments, as if gradients had come to them.
func (m *Moments) Touch(rows []int32) {
	if !m.All {
		m.Live = union(m.Live, rows)
	}
}

// ForgetMoments takes p's moments from it, if it has any.
func ForgetMoments(p *nn.Param) {
	if s, ok := p.State.(*Moments); ok {
		s.M.release(s.M.buf)
		s.V.release(s.V.buf)
	}
	p.State = nil
}

// OptimizeParams updates p by its gradient; without one it does nothing.
func (o *AdamW) OptimizeParams(p *nn.Param) error { return o.OptimizeAll([]*nn.Param{p}) }

// OptimizeAll is OptimizeParams of every one of params, in one pass over them.
// All are updated; a *NotFiniteError then names the first of them that has
// become NaN or infinite somewhere.
func (o *AdamW) OptimizeAll(params []*nn.Param) error {
	o.Begin(params)
	o.backend().Read(nil, device.Buffer{})
	return o.Err()
}

// Begin has every one of params updated. Err knows what became of it when the
// next Read of the backend has returned, or a Fetch behind is done.
func (o *AdamW) Begin(params []*nn.Param) {
	o.call.Updates, o.updated, o.call.Broken = o.call.Updates[:0], o.updated[:0], -1
	if o.call.Norm = nil; o.Norm != nil {
		o.call.Norm, o.call.MaxNorm = &o.Norm.call, o.MaxNorm
	}
	if o.LossScale != nil {
		o.call.Scaled = o.LossScale.state
	}
	for _, p := range params {
		if u, ok := o.update(p); ok {
			o.call.Updates, o.updated = append(o.call.Updates, u), append(o.updated, p)
		}
	}
	if len(o.updated) > 0 {
		o.backend().Run(&o.call)
	}
}

// Err returns a *NotFiniteError that names the first parameter that the last Begin
// made NaN or infinite somewhere.
func (o *AdamW) Err() error {
	if o.call.Broken >= 0 {
		return &NotFiniteError{Param: o.updated[o.call.Broken]}
	}
	return nil
}

func (o *AdamW) backend() device.Backend {
	if o.Backend == nil {
		o.Backend = NewCPU()
	}
	return o.Backend
}

// update returns what a step does to p, if there is a gradient.
func (o *AdamW) update(p *nn.Param) (device.Update, bool) {
	t, g := Of(p), Of(p).param
	if !g.has {
		return device.Update{}, false
	}
	s, rate := MomentsOf(p), o.LR
	if o.Rate != nil {
		rate *= o.Rate(p)
	}
	k := kernels.AdamW{LR: rate, Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps, WeightDecay: o.Decay(p), Step: o.Step,
		Scale: o.Scale}
	u := device.Update{P: t.buf, M: s.M.buf, V: s.V.buf, G: g.buf, Cols: t.cols, With: k.Factors()}
	if u.Sparse = g.sparse && !s.All; u.Sparse {
		s.Live = union(s.Live, g.rows)
		u.Rows, u.DecayOthers = s.Live, float32(rate*k.WeightDecay)
	} else {
		s.All, s.Live = true, nil
	}
	return u, true
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
