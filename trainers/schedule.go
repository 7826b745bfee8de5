package trainers

import "math"

// The schedules of the learning rate behind the warm-up, as transformers has
// them.
const (
	Linear     = "linear"     // falls to 0
	Cosine     = "cosine"     // falls to 0 by half a cosine wave
	Constant   = "constant"   // stays
	Polynomial = "polynomial" // falls in a line, transformers' power of 1, to polynomialEnd
)

// Schedules are their names.
var Schedules = []string{Linear, Cosine, Constant, Polynomial}

// polynomialEnd is where a polynomial schedule ends, transformers' lr_end.
const polynomialEnd = 1e-7

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
	case Cosine:
		return s.base * max(0, 0.5*(1+math.Cos(math.Pi*float64(step-s.warmup)/falls)))
	case Constant:
		return s.base
	case Polynomial:
		return (s.base-polynomialEnd)*(1-float64(step-s.warmup)/falls) + polynomialEnd
	}
	return s.base * max(0, float64(s.total-step)/falls)
}
