package trainers

import (
	"time"

	"github.com/lmkor/bench/ops"
)

// A device computes a step while the host readies the next one. So what a step came
// to, its loss, its norm and whether a weight overflowed, is read back one step late,
// and nothing else is. The CPU has computed a step when it returns, and tells at
// once. Before anything that a loss or weights are asked of, an evaluation or a
// saved state, the last step is announced.

// lateLoss is a batch's loss and what it counts for.
type lateLoss struct {
	weight float32
	loss   *ops.Late
}

// lateStep is a step that the device may not have finished.
type lateStep struct {
	event  StepEvent // its Loss is that of batches before the program was started again
	losses []lateLoss
	wait   func()
	start  time.Time
}

// announceLate waits for the step before, if there is one, and announces it. A
// *DivergedError says that it came to something that is NaN or infinite.
func (t *Trainer) announceLate() error {
	s := t.late
	if s == nil {
		return nil
	}
	t.late = nil
	if s.wait != nil {
		s.wait()
	}
	e := s.event
	e.Loss = sum(e.Loss, s.losses) / float64(t.opt.Accumulation)
	var err error
	if e.GradNorm, e.Skipped, err = t.scaler.hear(t.norm.Value()); err == nil {
		err = t.optimizer.Err()
	}
	if !isFinite(e.Loss) || !isFinite(e.GradNorm) && !e.Skipped || err != nil {
		return &DivergedError{Step: e.Step, Loss: e.Loss, GradNorm: e.GradNorm, Precision: t.opt.Precision, Err: err}
	}
	// A late step begins while the one before is being computed: its own time is that
	// since then.
	now := time.Now()
	if e.Elapsed = now.Sub(s.start); t.announced.After(s.start) {
		e.Elapsed = now.Sub(t.announced)
	}
	t.announced = now
	t.events.Step(e)
	return nil
}

// addLosses adds the losses of an unfinished step to its position, which a state
// keeps.
func (t *Trainer) addLosses() {
	t.at.Loss, t.losses = sum(t.at.Loss, t.losses), nil
}

// sum adds weighted losses, one after the other.
func sum(total float64, losses []lateLoss) float64 {
	for _, l := range losses {
		total += float64(l.weight) * float64(l.loss.Value())
	}
	return total
}
