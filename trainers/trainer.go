package trainers

import (
	"fmt"
	"slices"
	"time"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// Trainer changes the weights of an objective's models step by step.
type Trainer struct {
	objective Objective
	opt       Options
	events    Events
	saver     saver

	mem       ops.Backend
	pass      *ops.Pass
	params    []models.Param
	weights   []*nn.Param // those of params
	optimizer Optimizer
	norm      ops.GradNorm
	scaler    *scaler // nil: losses are not scaled
	plan      plan

	losses    []lateLoss // of the step under way, not yet in at.Loss
	late      *lateStep  // that the device has not told about yet; nil: none
	announced time.Time  // when the last step was

	at      Position
	outcome Outcome
	scores  map[string]metrics.Scores // of the last evaluation
	best    [][]float32               // the best evaluation's weights, as params; nil: none are kept
}

// New returns a trainer for the objective. events and store may be nil: then
// nobody hears, and nothing is saved.
func New(objective Objective, opt Options, events Events, store Store) (*Trainer, error) {
	if err := opt.Check(); err != nil {
		return nil, err
	}
	if events == nil {
		events = silent{}
	}
	mem := opt.Backend
	if mem == nil {
		mem = ops.NewCPU()
	}
	t := &Trainer{objective: objective, opt: opt, events: events, saver: saver{store: store, every: opt.SaveSteps}, mem: mem,
		norm: ops.GradNorm{Backend: mem},
		pass: &ops.Pass{Backend: mem, Grad: true, Train: true, Seed: opt.Seed, Precision: opt.Precision}}
	if opt.Precision == device.Float16 {
		t.scaler = &scaler{on: ops.NewLossScale(mem)}
		t.pass.Scale = t.scaler.on
	}
	for i, m := range objective.Models() {
		m.SetDropout(opt.Dropout)
		for _, p := range m.Params() {
			if slices.Contains(t.weights, p.Param) {
				continue // tied to an earlier model's
			}
			if i > 0 {
				p.Name = fmt.Sprintf("%d/%s", i, p.Name)
			}
			t.params, t.weights = append(t.params, p), append(t.weights, p.Param)
		}
	}
	return t, nil
}

type silent struct{}

func (silent) Step(StepEvent) {}
func (silent) Eval(EvalEvent) {}

// restart puts the parameters where they are trained, and forgets gradients and
// what an earlier training left of the optimizer.
func (t *Trainer) restart() {
	for _, m := range t.objective.Models() {
		m.Place(t.mem)
	}
	ops.LayOutGradients(t.weights)
	t.zeroGrad()
	t.optimizer = newAdamW(t.mem, t.params, t.opt, t.layerRates(), &t.norm, t.pass.Scale)
	t.scaler.restart()
	t.losses, t.late = nil, nil
	t.at, t.best, t.scores = Position{}, nil, nil
}

func (t *Trainer) zeroGrad() {
	for _, p := range t.weights {
		p.ZeroGrad()
	}
}

// Memory returns how many bytes the activations' arena holds, and the most that
// was in use at once.
func (t *Trainer) Memory() (held, peak int) { return t.mem.Bytes() }
