package ranges

import (
	"math"
	"testing"
)

// No option may be NaN or infinite, and none below 0; what its message names is in
// or out as it says.
func TestEveryOption(t *testing.T) {
	for _, r := range table {
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1} {
			if r.Has(v) {
				t.Errorf("%s may be %v: want %s", r.option, v, r.Want)
			}
		}
	}
	for _, c := range []struct {
		option  string
		in, out []float64
	}{
		{"batch_size", []float64{1, math.MaxInt32}, []float64{0, math.MaxInt32 + 1}},
		{"learning_rate", []float64{1e-300, 1e300}, []float64{0}},
		{"max_length", []float64{4}, []float64{3}},
		{"weight_decay", []float64{0, 2}, nil},
		{"warmup_ratio", []float64{0, 1}, []float64{1.01}},
		{"adam_beta2", []float64{0, 0.999}, []float64{1}},
		{"threads", []float64{0, 4096}, []float64{4097}},
		{"layerwise_lr_decay", []float64{0.1, 1}, []float64{0, 1.01}},
		{"save_steps", []float64{0}, nil},
	} {
		for _, v := range c.in {
			if !Of(c.option).Has(v) {
				t.Errorf("%s may not be %v", c.option, v)
			}
		}
		for _, v := range c.out {
			if Of(c.option).Has(v) {
				t.Errorf("%s may be %v", c.option, v)
			}
		}
	}
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		name string
		rate float64
		want bool
	}{{Linear, 1e-8, true}, {Polynomial, 1e-7, false}, {Polynomial, 2e-7, true}, {"step", 1, false}, {"", 1, false}} {
		if Schedule(c.name, c.rate) != c.want {
			t.Errorf("%q from %v: want %v", c.name, c.rate, c.want)
		}
	}
}
