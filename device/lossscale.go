package device

import "math"

// Scale is what losses are multiplied by before backward, so that small gradients do not
// vanish in float16, which ends at 2^-24 below and at 65504 above: dynamic loss scaling, by
// the rules and numbers of torch.amp.GradScaler. It is a power of two, so that float32
// carries it without rounding, and a step's update divides by it again. A step whose
// gradients are not finite changes nothing but the scale, which halves; it doubles
// after GrowthInterval steps in a row that were good.
//
// Other than there the scale has an end on either side: below LeastScale the training is ended,
// and MostScale is doubled no more. A loss that is NaN or infinite ends the training at once,
// where GradScaler leaves out the step and halves: it comes of forward, which no scale touches.
// And the schedule of the learning rate, which is not GradScaler's, goes on in a
// step that is left out; transformers.Trainer does not advance it then.
type Scale struct {
	Value float32
	Good  int // steps with it, one after the other
}

// The numbers of the rule.
const (
	FirstScale     = 1 << 16
	GrowthInterval = 2000
	// LeastScale is float16's smallest normal number: with less a gradient of 1 begins to
	// lose bits, and it takes gradients of 2^30 to come there.
	LeastScale = 1. / (1 << 14)
	// MostScale leaves gradients with a norm of up to 2^64 finite in float32.
	MostScale = 1 << 64
)

// After returns the scale of the next step, this one's gradients being finite or not.
func (s Scale) After(finite bool) Scale {
	if !finite {
		return Scale{Value: s.Value / 2}
	}
	if s.Good++; s.Good < GrowthInterval {
		return s
	}
	return Scale{Value: min(2*s.Value, MostScale)}
}

// LossScale is a call: State, [2], a Scale's value and its good steps, becomes what it is
// After the gradients that Norm, a call that has been run, has summed the squares of. So the
// host need not know a step's outcome to begin the next one.
type LossScale struct {
	State Buffer
	Norm  *Squares
}

func (*LossScale) call() {}

func (o *LossScale) run() {
	x := o.State.Floats()
	next := Scale{Value: x[0], Good: int(x[1])}.After(o.Norm.Finite())
	x[0], x[1] = next.Value, float32(next.Good)
}

// Finite tells whether Sum is a number: whether all that it was taken of is.
func (o *Squares) Finite() bool { return !math.IsNaN(o.Sum) && !math.IsInf(o.Sum, 0) }
