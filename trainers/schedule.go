package trainers

// schedule is the reference recipe's: the learning rate rises linearly over the
// warm-up steps and falls linearly to 0 at the end.
type schedule struct {
	base          float64
	warmup, total int
}

// rate returns the learning rate of a step, counted from 0.
func (s schedule) rate(step int) float64 {
	if step < s.warmup {
		return s.base * (float64(step) / float64(max(1, s.warmup)))
	}
	return s.base * max(0, float64(s.total-step)/float64(max(1, s.total-s.warmup)))
}
