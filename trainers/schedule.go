package trainers

import (
	"math"

	"github.com/lmkor/bench/internal/ranges"
)

// schedule gives every step's learning rate: it rises in a line over the warm-up
// steps and then goes as its kind says.
type schedule struct {
	kind          string
	base          float64
	warmup, total int
}

func newSchedule(o Options, steps int) schedule {
	s := schedule{kind: o.Schedule, base: o.LearningRate, warmup: o.WarmupSteps, total: steps}
	if s.warmup == 0 {
		s.warmup = int(o.WarmupRatio * float64(steps))
	}
	return s
}

// rate returns the learning rate of a step, counted from 0.
func (s schedule) rate(step int) float64 {
	if step < s.warmup {
		return s.base * (float64(step) / float64(max(1, s.warmup)))
	}
	falls := float64(max(1, s.total-s.warmup))
	switch s.kind {
	case ranges.Cosine:
		return s.base * max(0, 0.5*(1+math.Cos(math.Pi*float64(step-s.warmup)/falls)))
	case ranges.Constant:
		return s.base
	case ranges.Polynomial:
		return (s.base-ranges.PolynomialEnd)*(1-float64(step-s.warmup)/falls) + ranges.PolynomialEnd
	}
	return s.base * max(0, float64(s.total-step)/falls)
}
