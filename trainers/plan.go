package trainers

import "fmt"

// plan is how many batches and steps a training has.
type plan struct {
	examples int // an epoch
	batches  int // an epoch
	perEpoch int // steps an epoch
	epochs   int
	steps    int
	limited  bool // to steps, which may end within an epoch
	rates    schedule
}

// newPlan plans the training on n examples. The reference rounds down: batches
// behind the last whole accumulation of an epoch leave their gradient to the
// next one's first step.
func newPlan(n int, o Options) (plan, error) {
	p := plan{examples: n, epochs: o.Epochs, batches: (n + o.BatchSize - 1) / o.BatchSize}
	p.perEpoch = p.batches / o.Accumulation
	if p.perEpoch == 0 {
		return p, fmt.Errorf("%d batches an epoch for %d to a step: lower gradient_accumulation_steps", p.batches, o.Accumulation)
	}
	p.steps = p.perEpoch * o.Epochs
	if o.MaxSteps > 0 {
		p.steps, p.limited = o.MaxSteps, true
		p.epochs = (o.MaxSteps + p.perEpoch - 1) / p.perEpoch
	}
	p.rates = newSchedule(o, p.steps)
	return p, nil
}

// Steps returns how many steps a training on n examples has, should it not stop
// early.
func Steps(n int, o Options) (int, error) {
	p, err := newPlan(n, o)
	return p.steps, err
}

// more reports whether the epoch has batches to come.
func (p plan) more(at Position) bool {
	return at.Batch < p.batches && !(p.limited && at.Step >= p.steps)
}

// passed returns how many epochs are behind, as a fraction.
func (p plan) passed(at Position) float64 {
	return float64(at.Epoch) + float64(at.Batch)/float64(p.batches)
}

// check returns an error if no training of this plan can stand there.
func (p plan) check(at Position, accumulation int) error {
	switch {
	case at.Epoch < 0 || at.Epoch > p.epochs || at.Batch < 0 || at.Batch > p.batches || at.Epoch == p.epochs && at.Batch > 0:
		return fmt.Errorf("it stands at batch %d of epoch %d, of %d batches and %d epochs", at.Batch, at.Epoch, p.batches, p.epochs)
	case at.Done && at.Step >= 0 && at.Step <= p.steps:
	case at.Step > p.steps || at.Step != at.Epoch*p.perEpoch+at.Batch/accumulation:
		return fmt.Errorf("it stands at step %d, batch %d of epoch %d, which do not go together", at.Step, at.Batch, at.Epoch)
	}
	return nil
}
