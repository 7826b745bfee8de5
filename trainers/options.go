// Package trainers is the training loop: a step, and a schedule of steps with
// evaluation, saving and resuming. What is trained for is an Objective; runs and
// tables are others' business.
package trainers

import (
	"fmt"
	"slices"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/ops"
)

// Options is a recipe with every field resolved, under the names that users
// know from configs.
type Options struct {
	BatchSize    int
	Epochs       int
	LearningRate float64
	WeightDecay  float64
	WarmupRatio  float64
	MaxGradNorm  float64 // 0: no clipping
	AdamBeta1    float64
	AdamBeta2    float64
	AdamEpsilon  float64
	Accumulation int // batches a step
	Seed         uint64
	Dropout      *float64 // every rate; nil: the model config's own
	Shuffle      bool     // else file order
	PadToMax     bool     // carry padding to MaxLength where the model's results depend on it
	Bfloat16     bool
	EvalSteps    int // evaluate every so many steps too; 0: after epochs only
	SaveSteps    int // save the state every so many steps, and after epochs; 0: every so often

	Schedule       string  // one of Schedules; empty: linear
	WarmupSteps    int     // in place of WarmupRatio, if not 0
	MaxSteps       int     // in place of Epochs, if not 0
	LayerwiseDecay float64 // of the learning rate, from each layer to the one below; 0 and 1: none
	Freeze         Freeze

	Backend ops.Backend // what computes, and holds all tensors; nil: the CPU

	Choose   Choose // what tells the best evaluation
	Patience int    // stop after so many evaluations without gain; 0: never
	KeepBest bool   // keep the best evaluation's weights beside the last
}

// Freeze is which parameters do not change: those below the first Layers layers'
// end, or the embeddings alone. The zero value freezes none.
type Freeze struct {
	Embeddings bool
	Layers     int // with the embeddings
}

// Choose is the split and the score by which evaluations are compared; the larger
// the better.
type Choose struct {
	Split  string
	Metric metrics.Name
}

func (o Options) chooses() bool { return o.Patience > 0 || o.KeepBest }

// Check returns an error that names the first option out of range.
func (o Options) Check() error {
	fraction := func(v float64) bool { return v >= 0 && v < 1 }
	positive := func(v float64) bool { return v >= 0 && isFinite(v) }
	for _, f := range []struct {
		name string
		ok   bool
		want string
	}{
		{"batch_size", o.BatchSize > 0, "1 or more"},
		{"epochs", o.Epochs > 0, "1 or more"},
		{"learning_rate", positive(o.LearningRate), "a finite number, 0 or more"},
		{"weight_decay", positive(o.WeightDecay), "a finite number, 0 or more"},
		{"warmup_ratio", o.WarmupRatio >= 0 && o.WarmupRatio <= 1, "a number from 0 to 1"},
		{"max_grad_norm", positive(o.MaxGradNorm), "a finite number, 0 or more"},
		{"adam_beta1", fraction(o.AdamBeta1), "a number, 0 or more, below 1"},
		{"adam_beta2", fraction(o.AdamBeta2), "a number, 0 or more, below 1"},
		{"adam_epsilon", positive(o.AdamEpsilon) && o.AdamEpsilon > 0, "a finite number above 0"},
		{"gradient_accumulation_steps", o.Accumulation > 0, "1 or more"},
		{"dropout", o.Dropout == nil || fraction(*o.Dropout), "a number, 0 or more, below 1"},
		{"eval_steps", o.EvalSteps >= 0, "0 or more"},
		{"save_steps", o.SaveSteps >= 0, "0 or more"},
		{"lr_schedule", o.Schedule == "" || slices.Contains(Schedules, o.Schedule), "one of linear, cosine, constant, polynomial"},
		{"learning_rate", o.Schedule != Polynomial || o.LearningRate > polynomialEnd,
			"more than the 1e-7 at which a polynomial schedule ends"},
		{"warmup_steps", o.WarmupSteps >= 0, "0 or more"},
		{"max_steps", o.MaxSteps >= 0, "0 or more"},
		{"layerwise_lr_decay", o.LayerwiseDecay >= 0 && o.LayerwiseDecay <= 1, "a number above 0, up to 1"},
		{"freeze", o.Freeze.Layers >= 0, "0 or more layers"},
		{"early_stopping_patience", o.Patience >= 0, "0 or more"},
		{"early_stopping_patience and keep", !o.chooses() || o.Choose.Split != "" && o.Choose.Metric != "", "a dev split to choose on"},
	} {
		if !f.ok {
			return fmt.Errorf("%s is out of range: want %s", f.name, f.want)
		}
	}
	return nil
}
