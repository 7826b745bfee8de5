// Package trainers is the fine-tuning loop: batches, optimizer, schedule,
// clipping, evaluation, save and resume. It takes examples and a model and
// returns predictions and scores; runs and tables are others' business.
package trainers

import "fmt"

// Options is a recipe with every field resolved, under the names that users
// know from configs.
type Options struct {
	BatchSize    int
	Epochs       int
	MaxLength    int
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
	SaveSteps    int // save the state every so many steps too; 0: after epochs only
	Truncation   string
}

// Check returns an error that names the first option out of range.
func (o Options) Check() error {
	for _, f := range []struct {
		name string
		ok   bool
	}{
		{"batch_size", o.BatchSize > 0}, {"epochs", o.Epochs > 0}, {"max_length", o.MaxLength > 2},
		{"learning_rate", o.LearningRate >= 0}, {"warmup_ratio", o.WarmupRatio >= 0 && o.WarmupRatio <= 1},
		{"max_grad_norm", o.MaxGradNorm >= 0}, {"gradient_accumulation_steps", o.Accumulation > 0},
		{"weight_decay", o.WeightDecay >= 0}, {"eval_steps", o.EvalSteps >= 0}, {"save_steps", o.SaveSteps >= 0},
	} {
		if !f.ok {
			return fmt.Errorf("%s is out of range", f.name)
		}
	}
	return nil
}
