// Package ranges has the values that the options of a training may have. What reads
// a recipe and what trains by one ask it and nothing else.
package ranges

import (
	"math"
	"slices"
)

// Range is the numbers that an option may have.
type Range struct {
	Want string // as messages name them
	has  func(float64) bool
}

// Has tells whether an option may be v; none may be NaN or infinite.
func (r Range) Has(v float64) bool { return r.has(v) }

// table is every option that is a number, under the name that users know.
var table = []struct {
	option string
	Range
}{
	{"batch_size", whole(1, "a whole number, 1 or more")},
	{"learning_rate", Range{"a number above 0", positive}},
	{"epochs", whole(1, "a whole number, 1 or more")},
	{"max_length", whole(4, "a whole number, 4 or more")},
	{"weight_decay", Range{"a number, 0 or more", finite}},
	{"warmup_ratio", Range{"a number, 0 to 1", func(v float64) bool { return v >= 0 && v <= 1 }}},
	{"max_grad_norm", Range{"a number, 0 (no clipping) or more", finite}},
	{"adam_beta1", belowOne("a number, 0 or more, below 1")},
	{"adam_beta2", belowOne("a number, 0 or more, below 1")},
	{"adam_epsilon", Range{"a number above 0", positive}},
	{"gradient_accumulation_steps", whole(1, "a whole number, 1 or more")},
	{"dropout", belowOne("a number, 0 or more, below 1")},
	{"threads", Range{"a whole number, 0 (all cores) to 4096", func(v float64) bool { return v >= 0 && v <= 4096 }}},
	{"max_train_rows", whole(0, "a whole number, 0 (all) or more")},
	{"max_eval_rows", whole(0, "a whole number, 0 (all) or more")},
	{"eval_steps", whole(0, "a whole number, 0 (after epochs only) or more")},
	{"save_steps", whole(0, "a whole number, 0 (every so often) or more")},
	{"warmup_steps", whole(0, "a whole number, 0 (by warmup_ratio) or more")},
	{"max_steps", whole(0, "a whole number, 0 (by epochs) or more")},
	{"layerwise_lr_decay", Range{"a number above 0, up to 1 (none)", func(v float64) bool { return v > 0 && v <= 1 }}},
	{"label_smoothing", belowOne("a number, 0 or more, below 1")},
	{"early_stopping_patience", whole(0, "a whole number, 0 (never) or more")},
	{"holdout", belowOne("a number, 0 (none) or more, below 1")},
}

// Of returns the range of an option that is a number. It panics on any other.
func Of(option string) Range {
	for _, r := range table {
		if r.option == option {
			return r.Range
		}
	}
	panic("ranges: no option " + option)
}

// whole is the range of whole numbers from least on. That they have no fraction is
// for their type to see.
func whole(least float64, want string) Range {
	return Range{want, func(v float64) bool { return v >= least && v <= math.MaxInt32 }}
}

func belowOne(want string) Range { return Range{want, func(v float64) bool { return v >= 0 && v < 1 }} }

func finite(v float64) bool   { return v >= 0 && !math.IsInf(v, 0) }
func positive(v float64) bool { return v > 0 && !math.IsInf(v, 0) }

// The schedules of the learning rate behind the warm-up, as transformers has them.
const (
	Linear     = "linear"     // falls to 0
	Cosine     = "cosine"     // falls to 0 by half a cosine wave
	Constant   = "constant"   // stays
	Polynomial = "polynomial" // falls in a line, transformers' power of 1, to PolynomialEnd
)

// PolynomialEnd is where a polynomial schedule ends, transformers' lr_end.
const PolynomialEnd = 1e-7

// Schedules names what Schedule takes.
const Schedules = "linear, cosine, constant or, with a learning_rate above 1e-7, polynomial"

// Schedule tells whether the learning rate may follow the schedule of that name from
// rate on.
func Schedule(name string, rate float64) bool {
	return slices.Contains([]string{Linear, Cosine, Constant}, name) || name == Polynomial && rate > PolynomialEnd
}
