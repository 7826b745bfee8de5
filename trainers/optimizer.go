package trainers

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// Optimizer updates all parameters by their gradients, and has a state that a
// training taken up again needs.
type Optimizer interface {
	// Update begins a step, from 1, at a learning rate. Err knows what became of it
	// once the backend has computed it: a *NotFiniteError names a parameter that
	// overflowed.
	Update(rate float64, step int)
	Err() error
	// State returns the optimizer's tensors by name, as views where they are in the
	// host's memory.
	State() []StateTensor
	// Restore takes one of them back.
	Restore(StateTensor) error
}

// NotFiniteError says that a step made a parameter NaN or infinite.
type NotFiniteError struct{ Name string }

func (e *NotFiniteError) Error() string { return e.Name + " is NaN or infinite" }

// adamW is ops.AdamW on named parameters.
type adamW struct {
	params  []models.Param
	weights []*nn.Param
	with    ops.AdamW
}

// Prefixes of the names of a parameter's moments.
const (
	firstMoment  = "m/"
	secondMoment = "v/"
)

// newAdamW returns an optimizer whose moments are zero, whatever an earlier
// training left. rates are what each parameter's learning rate is of the step's;
// gradients are clipped by the norm, if the options say so. They were multiplied by scale;
// nil: they were not.
func newAdamW(mem ops.Backend, params []models.Param, opt Options, rates []float64, norm *ops.GradNorm, scale *ops.LossScale,
) *adamW {
	a := &adamW{params: params, with: ops.AdamW{Backend: mem, Beta1: opt.AdamBeta1, Beta2: opt.AdamBeta2,
		Eps: opt.AdamEpsilon, Scale: 1}}
	if opt.MaxGradNorm > 0 {
		a.with.Norm, a.with.MaxNorm = norm, opt.MaxGradNorm
	} else if scale != nil {
		a.with.Norm, a.with.MaxNorm = norm, math.MaxFloat32
	}
	a.with.LossScale = scale
	decays, rate := map[*nn.Param]float64{}, map[*nn.Param]float64{}
	for i, p := range params {
		rate[p.Param] = rates[i]
		ops.ForgetMoments(p.Param)
		a.weights = append(a.weights, p.Param)
		if p.Decays() {
			decays[p.Param] = opt.WeightDecay
		}
	}
	a.with.Decay = func(p *nn.Param) float64 { return decays[p] }
	a.with.Rate = func(p *nn.Param) float64 { return rate[p] }
	return a
}

// Update begins a step of AdamW.
func (a *adamW) Update(rate float64, step int) {
	a.with.LR, a.with.Step = rate, step
	a.with.Begin(a.weights)
}

// Err returns what became of the last step.
func (a *adamW) Err() error {
	err := a.with.Err()
	var broken *ops.NotFiniteError
	if errors.As(err, &broken) {
		for _, p := range a.params {
			if p.Param == broken.Param {
				return &NotFiniteError{Name: p.Name}
			}
		}
	}
	return err
}

// State returns both moments of every parameter that has any: of a table the
// rows that may not be zero.
func (a *adamW) State() (all []StateTensor) {
	for _, p := range a.params {
		m, ok := p.State.(*ops.Moments)
		if !ok {
			continue
		}
		rows := m.Live
		if !m.All && rows == nil {
			rows = []int32{}
		}
		cols := ops.Of(p.Param).Cols()
		all = append(all, StateTensor{firstMoment + p.Name, m.M.Floats(), cols, rows},
			StateTensor{secondMoment + p.Name, m.V.Floats(), cols, rows})
	}
	return all
}

// Restore takes back a moment.
func (a *adamW) Restore(x StateTensor) error {
	kind, name := x.Name[:min(len(x.Name), len(firstMoment))], x.Name[min(len(x.Name), len(firstMoment)):]
	i := slices.IndexFunc(a.params, func(p models.Param) bool { return p.Name == name })
	if i < 0 || kind != firstMoment && kind != secondMoment {
		return fmt.Errorf("%s belongs to no parameter", x.Name)
	}
	p := a.params[i].Param
	if len(x.Data) != ops.Of(p).Size() {
		return fmt.Errorf("%s has %d values, want %d", x.Name, len(x.Data), ops.Of(p).Size())
	}
	m := ops.MomentsOf(p)
	if kind == secondMoment {
		m.V.Set(x.Data)
		return nil
	}
	m.M.Set(x.Data)
	m.All, m.Live = x.Rows == nil, slices.Clone(x.Rows)
	return nil
}
