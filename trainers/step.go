package trainers

import (
	"context"
	"time"

	"github.com/lmkor/bench/ops"
)

// step is one optimizer step over the batches of it that are still to come: each
// forward and backward, their gradients added up; then the gradients' norm, the
// clipping and the update.
func (t *Trainer) step(ctx context.Context, batches [][]int) (StepEvent, error) {
	start := time.Now()
	for _, examples := range batches {
		if err := t.accumulate(ctx, examples); err != nil {
			return StepEvent{}, err
		}
	}
	e := StepEvent{Step: t.at.Step + 1, Steps: t.plan.steps, Epoch: t.plan.passed(t.at), LR: t.plan.rates.rate(t.at.Step),
		Loss: t.at.Loss / float64(t.opt.Accumulation), GradNorm: t.norm.Of(t.weights)}
	if !isFinite(e.Loss) || !isFinite(e.GradNorm) {
		return e, &DivergedError{Step: e.Step, Loss: e.Loss, GradNorm: e.GradNorm}
	}
	if err := t.optimizer.Update(e.LR, e.Step, t.clip(e.GradNorm)); err != nil {
		return e, &DivergedError{Step: e.Step, Loss: e.Loss, GradNorm: e.GradNorm, Err: err}
	}
	t.zeroGrad()
	e.Sequences, e.Tokens, e.Elapsed = t.at.Sequences, t.at.Tokens, time.Since(start)
	t.at.Step, t.at.part = e.Step, part{}
	return e, nil
}

// accumulate adds one batch's gradients to those that are there: the batch, the
// way forward to its loss, the way back.
func (t *Trainer) accumulate(ctx context.Context, examples []int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n := uint64(t.at.Epoch*t.plan.batches + t.at.Batch)
	t.mem.Reset()
	t.pass.Begin(n)
	batch := t.objective.Batch(examples, n)
	losses := batch.Losses(t.pass)
	for i, l := range losses {
		t.at.Loss += float64(l.Weight) * float64(ops.Of(l.Loss).Floats()[0])
		losses[i].Weight /= float32(t.opt.Accumulation)
	}
	if err := ops.BackwardFrom(losses...); err != nil {
		return err
	}
	sequences, tokens := batch.Size()
	t.at.Batch++
	t.at.Sequences += sequences
	t.at.Tokens += tokens
	t.outcome.Sequences += sequences
	t.outcome.Tokens += tokens
	return nil
}

// clip returns what the gradients are multiplied by, given their global norm.
func (t *Trainer) clip(norm float64) float32 {
	if t.opt.MaxGradNorm == 0 {
		return 1
	}
	return float32(min(1, t.opt.MaxGradNorm/(norm+1e-6)))
}
