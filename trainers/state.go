package trainers

import (
	"fmt"
	"strings"

	"github.com/lmkor/bench/ops"
)

// Store keeps a training's state where an interrupted run finds it.
type Store interface {
	// Save replaces the state whole, or leaves the old one.
	Save(s *State) error
	// Load returns the last state, or nil if there is none.
	Load() (*State, error)
}

// State is a training between two batches: everything that the next one depends
// on, and what the outcome has so far.
type State struct {
	Path      string // where Load found it; of no meaning to Save
	Position  Position
	Examples  int // of an epoch
	Steps     int // of the whole training
	Epochs    []EpochScores
	Best      *Best
	Scaling   *Scaling // nil: losses are not scaled
	Sequences int
	Tokens    int
	Tensors   []StateTensor // weights, the best ones, the optimizer's and, within a step, gradients
}

// Position is where a training stands.
type Position struct {
	Step  int  `json:"step"`
	Epoch int  `json:"epoch"`           // whole ones behind
	Batch int  `json:"batch"`           // batches of the current epoch behind
	Due   bool `json:"due,omitempty"`   // the step's evaluation is still to come
	Done  bool `json:"done,omitempty"`  // nothing is
	Stale int  `json:"stale,omitempty"` // evaluations since the best one
	part
}

// part is what the batches of an unfinished step add up to.
type part struct {
	Loss      float64 `json:"loss,omitempty"`
	Sequences int     `json:"sequences,omitempty"`
	Tokens    int     `json:"tokens,omitempty"`
}

// StateTensor is one tensor of a state.
type StateTensor struct {
	Name string
	Data []float32
	Cols int     // values a row
	Rows []int32 // ascending: the rows that may not be zero; nil: all
}

// Prefixes of the names of a parameter's own tensors in a state; others are the
// optimizer's.
const (
	stateWeight = "weight/"
	stateBest   = "best/" // the best evaluation's weight
	stateGrad   = "grad/"
)

// save stores the state, if there is a store. Its tensors are views, where they are
// in the host's memory: Save must be done with them when it returns.
func (t *Trainer) save() error {
	if t.saver.store == nil {
		return nil
	}
	if err := t.announceLate(); err != nil {
		return err
	}
	t.addLosses()
	s := &State{Position: t.at, Examples: t.plan.examples, Steps: t.plan.steps,
		Epochs: t.outcome.Epochs, Best: t.outcome.Best, Scaling: t.scaler.state(),
		Sequences: t.outcome.Sequences, Tokens: t.outcome.Tokens,
		Tensors: t.optimizer.State()}
	for i, p := range t.params {
		cols := ops.Of(p.Param).Cols()
		s.Tensors = append(s.Tensors, StateTensor{Name: stateWeight + p.Name, Data: p.Floats(), Cols: cols})
		if t.best != nil {
			s.Tensors = append(s.Tensors, StateTensor{Name: stateBest + p.Name, Data: t.best[i], Cols: cols})
		}
		if g := ops.GradientOf(p.Param); g.Values != nil {
			rows := g.Rows
			if !g.Sparse {
				rows = nil
			}
			s.Tensors = append(s.Tensors, StateTensor{stateGrad + p.Name, g.Values, cols, rows})
		}
	}
	return t.saver.save(s)
}

// resume takes up the stored state, if there is one.
func (t *Trainer) resume() error {
	if t.saver.store == nil {
		return nil
	}
	s, err := t.saver.store.Load()
	if err != nil || s == nil {
		return err
	}
	if err := t.restore(s); err != nil {
		return &StateError{Path: s.Path, Err: err}
	}
	t.outcome.Epochs, t.outcome.Best, t.outcome.Sequences, t.outcome.Tokens = s.Epochs, s.Best, s.Sequences, s.Tokens
	t.outcome.Resumed = s.Position.Step
	t.at = s.Position
	return nil
}

// restore checks that the state is one of this training, and takes its tensors.
func (t *Trainer) restore(s *State) error {
	if s.Examples != t.plan.examples || s.Steps != t.plan.steps {
		return fmt.Errorf("it is of a training of %d steps on %d examples, this one has %d on %d",
			s.Steps, s.Examples, t.plan.steps, t.plan.examples)
	}
	if err := t.plan.check(s.Position, t.opt.Accumulation); err != nil {
		return err
	}
	index := map[string]int{}
	for i, p := range t.params {
		index[p.Name] = i
	}
	taken := map[string]int{}
	for _, x := range s.Tensors {
		kind, name := splitName(x.Name)
		i, known := index[name]
		switch {
		case kind == "":
			if err := t.optimizer.Restore(x); err != nil {
				return err
			}
			continue
		case !known || len(x.Data) != ops.Of(t.weights[i]).Size():
			return fmt.Errorf("%s does not fit the model", x.Name)
		}
		t.restoreTensor(kind, i, x)
		taken[kind]++
	}
	best := 0
	if t.opt.KeepBest && s.Best != nil {
		best = len(t.params)
	}
	if taken[stateWeight] != len(t.params) || taken[stateBest] != best {
		return fmt.Errorf("it has %d of %d parameters, and %d of %d best ones",
			taken[stateWeight], len(t.params), taken[stateBest], best)
	}
	return t.scaler.restore(s.Scaling, s.Position.Step)
}

// splitName returns the kind of a parameter's own tensor and the parameter's
// name; no kind for the optimizer's.
func splitName(name string) (kind, of string) {
	for _, k := range []string{stateWeight, stateBest, stateGrad} {
		if of, ok := strings.CutPrefix(name, k); ok {
			return k, of
		}
	}
	return "", name
}

// restoreTensor puts a saved tensor in its place.
func (t *Trainer) restoreTensor(kind string, param int, x StateTensor) {
	switch kind {
	case stateWeight:
		ops.Of(t.weights[param]).Set(x.Data)
	case stateBest:
		if t.best == nil {
			t.best = make([][]float32, len(t.params))
		}
		t.best[param] = x.Data
	case stateGrad:
		ops.SetGradient(t.weights[param], x.Data, x.Rows)
	}
}
