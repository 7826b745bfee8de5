package trainers

import (
	"fmt"
	"math"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/ops"
)

// In float16 losses are scaled: see device.Scale. The scale is where the gradients are, and
// the device makes the next step's of it, so that none waits for the host. The host
// computes the same one behind, when it hears of the norm: that is what logs and saved
// states have. Were the host to choose the scale, it would be a step late, and one
// overflow would cost two steps; torch.amp.GradScaler, which is not late, waits for every
// norm. A step that is left out counts as a step of the training, and of the schedule, but not
// of the optimizer.

// Scaling is where the loss scale of a training stands, between two steps.
type Scaling struct {
	Scale   float64 `json:"scale"`
	Good    int     `json:"good"`    // steps with it, one after the other
	Skipped int     `json:"skipped"` // steps that were left out, since the beginning
}

// scaler is the host's knowledge of the scale. Nil is a training without one.
type scaler struct {
	on      *ops.LossScale
	next    device.Scale // of the step behind the last one that was heard of
	skipped int
}

// restart begins with the scale of a first step.
func (s *scaler) restart() {
	if s != nil {
		s.next, s.skipped = device.Scale{Value: device.FirstScale}, 0
		s.on.Set(s.next)
	}
}

// restore takes up what state returned after so many steps; nil, of a state without one,
// changes nothing.
func (s *scaler) restore(from *Scaling, steps int) error {
	if s == nil || from == nil {
		return nil
	}
	if f, _ := math.Frexp(from.Scale); f != 0.5 || from.Scale < device.LeastScale || from.Scale > device.MostScale ||
		from.Good < 0 || from.Good >= device.GrowthInterval || from.Skipped < 0 || from.Skipped > steps {
		return fmt.Errorf("it has a loss scale of %v, %d good steps and %d that were left out, of %d",
			from.Scale, from.Good, from.Skipped, steps)
	}
	s.next, s.skipped = device.Scale{Value: float32(from.Scale), Good: from.Good}, from.Skipped
	s.on.Set(s.next)
	return nil
}

func (s *scaler) state() *Scaling {
	if s == nil {
		return nil
	}
	return &Scaling{Scale: float64(s.next.Value), Good: s.next.Good, Skipped: s.skipped}
}

// scale is the scale of the step to come, 0 without one.
func (s *scaler) scale() float64 {
	if s == nil {
		return 0
	}
	return float64(s.next.Value)
}

// updates returns how many of so many steps changed something.
func (s *scaler) updates(steps int) int {
	if s == nil {
		return steps
	}
	return steps - s.skipped
}

// hear takes the norm of a step's gradients, and returns what it is without the scale, and
// whether the step was left out. A *ScaleError says that there is no smaller scale.
func (s *scaler) hear(norm float64) (unscaled float64, skipped bool, err error) {
	if s == nil {
		return norm, false, nil
	}
	was := s.next
	if s.next = was.After(isFinite(norm)); isFinite(norm) {
		return norm / float64(was.Value), false, nil
	}
	if s.skipped++; s.next.Value < device.LeastScale {
		return norm, true, &ScaleError{Scale: float64(was.Value)}
	}
	return norm, true, nil
}

// ScaleError says that gradients are not finite in float16 with the smallest loss scale.
type ScaleError struct{ Scale float64 }

func (e *ScaleError) Error() string {
	return fmt.Sprintf("gradients are NaN or infinite in float16 with a loss scale of %g, the smallest", e.Scale)
}
