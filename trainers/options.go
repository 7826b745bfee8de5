// Package trainers is the training loop: a step, and a schedule of steps with
// evaluation, saving and resuming. What is trained for is an Objective; runs and
// tables are others' business.
package trainers

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/ranges"
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
	Precision    device.Precision
	EvalSteps    int // evaluate every so many steps too; 0: after epochs only
	SaveSteps    int // save the state every so many steps, and after epochs; 0: every so often

	Schedule       string  // one of package ranges'; empty: linear
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

// Check returns an error that names the first option out of range. A zero of what
// has a default stands for it.
func (o Options) Check() error {
	rate := 0.0
	if o.Dropout != nil {
		rate = *o.Dropout
	}
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"batch_size", float64(o.BatchSize)}, {"epochs", float64(o.Epochs)}, {"learning_rate", o.LearningRate},
		{"weight_decay", o.WeightDecay}, {"warmup_ratio", o.WarmupRatio}, {"max_grad_norm", o.MaxGradNorm},
		{"adam_beta1", o.AdamBeta1}, {"adam_beta2", o.AdamBeta2}, {"adam_epsilon", o.AdamEpsilon},
		{"gradient_accumulation_steps", float64(o.Accumulation)}, {"dropout", rate},
		{"eval_steps", float64(o.EvalSteps)}, {"save_steps", float64(o.SaveSteps)},
		{"warmup_steps", float64(o.WarmupSteps)}, {"max_steps", float64(o.MaxSteps)},
		{"layerwise_lr_decay", cmp.Or(o.LayerwiseDecay, 1)}, {"early_stopping_patience", float64(o.Patience)},
	} {
		if r := ranges.Of(f.name); !r.Has(f.value) {
			return fmt.Errorf("%s %v is out of range: want %s", f.name, f.value, r.Want)
		}
	}
	switch {
	case !ranges.Schedule(cmp.Or(o.Schedule, ranges.Linear), o.LearningRate):
		return fmt.Errorf("lr_schedule %q is out of range: want %s", o.Schedule, ranges.Schedules)
	case o.Freeze.Layers < 0:
		return fmt.Errorf("freeze %d is out of range: want 0 or more layers", o.Freeze.Layers)
	case o.chooses() && (o.Choose.Split == "" || o.Choose.Metric == ""):
		return errors.New("early_stopping_patience and keep: want a dev split to choose on")
	}
	return nil
}
