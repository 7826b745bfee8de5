package trainers

import (
	"fmt"
	"slices"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/ops"
)

// Store keeps a training's state where an interrupted run finds it.
type Store interface {
	// Save replaces the state whole, or leaves the old one.
	Save(s *State) error
	// Load returns the last state, or nil if there is none.
	Load() (*State, error)
}

// State is a training between two optimizer steps: everything that the next
// step depends on, and what the outcome has so far.
type State struct {
	Position  Position
	Epochs    []EpochScores
	Sequences int
	Tokens    int
	Tensors   []StateTensor // weights, moments and, within an accumulation, gradients
}

// Position is where a training stands.
type Position struct {
	Step  int `json:"step"`
	Epoch int `json:"epoch"` // whole ones behind
	Batch int `json:"batch"` // batches of the current epoch behind
}

// StateTensor is one tensor of a state.
type StateTensor struct {
	Name string
	Data []float32
	Cols int     // values a row
	Rows []int32 // ascending: the rows that may not be zero; nil: all
}

// Names of a parameter's tensors in a state.
const (
	stateWeight = "weight/"
	stateM      = "m/"
	stateV      = "v/"
	stateGrad   = "grad/"
)

// save stores the state, if there is a store. Its tensors are views: Save must
// be done with them when it returns.
func (t *Trainer) save(at Position) error {
	if t.store == nil {
		return nil
	}
	s := &State{Position: at, Epochs: t.outcome.Epochs, Sequences: t.outcome.Sequences, Tokens: t.outcome.Tokens}
	for _, p := range t.model.Params() {
		cols := ops.Of(p.Param).Cols()
		s.Tensors = append(s.Tensors, StateTensor{Name: stateWeight + p.Name, Data: p.Floats(), Cols: cols})
		if m, ok := p.State.(*ops.Moments); ok {
			rows := m.Live
			if !m.All && rows == nil {
				rows = []int32{}
			}
			s.Tensors = append(s.Tensors, StateTensor{stateM + p.Name, m.M, cols, rows}, StateTensor{stateV + p.Name, m.V, cols, rows})
		}
		if g := ops.GradientOf(p.Param); g.Values != nil {
			rows := g.Rows
			if !g.Sparse {
				rows = nil
			}
			s.Tensors = append(s.Tensors, StateTensor{stateGrad + p.Name, g.Values, cols, rows})
		}
	}
	return t.store.Save(s)
}

// resume takes up the stored state, or starts at the beginning.
func (t *Trainer) resume() (Position, error) {
	if t.store == nil {
		return Position{}, nil
	}
	s, err := t.store.Load()
	if err != nil || s == nil {
		return Position{}, err
	}
	params := map[string]*nn.Param{}
	for _, p := range t.model.Params() {
		params[p.Name] = p.Param
	}
	t.zeroGrad()
	seen := 0
	for _, x := range s.Tensors {
		for _, kind := range []string{stateWeight, stateM, stateV, stateGrad} {
			if len(x.Name) <= len(kind) || x.Name[:len(kind)] != kind {
				continue
			}
			p, ok := params[x.Name[len(kind):]]
			if !ok || len(x.Data) != ops.Of(p).Size() {
				return Position{}, fmt.Errorf("saved state: %s does not fit the model", x.Name)
			}
			restore(p, kind, x)
			if kind == stateWeight {
				seen++
			}
		}
	}
	if seen != len(params) {
		return Position{}, fmt.Errorf("saved state: %d of %d parameters", seen, len(params))
	}
	t.outcome.Epochs, t.outcome.Sequences, t.outcome.Tokens = s.Epochs, s.Sequences, s.Tokens
	t.outcome.Resumed = s.Position.Step
	return s.Position, nil
}

func restore(p *nn.Param, kind string, x StateTensor) {
	switch kind {
	case stateWeight:
		copy(ops.Of(p).Floats(), x.Data)
	case stateM:
		m := ops.MomentsOf(p)
		copy(m.M, x.Data)
		m.All, m.Live = x.Rows == nil, slices.Clone(x.Rows)
	case stateV:
		copy(ops.MomentsOf(p).V, x.Data)
	case stateGrad:
		ops.SetGradient(p, x.Data, x.Rows)
	}
}
