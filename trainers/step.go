package trainers

import (
	"context"
	"time"

	"github.com/lmkor/bench/ops"
)

// step is one optimizer step over the batches of it that are still to come: each
// forward and backward, their gradients added up; then the gradients' norm, the
// clipping and the update. It returns the step's number. What it came to is told
// by announceLate: at once, or while a device computes the next one.
func (t *Trainer) step(ctx context.Context, batches [][]int) (int, error) {
	start := time.Now()
	for _, examples := range batches {
		if err := t.accumulate(ctx, examples); err != nil {
			return 0, err
		}
	}
	if err := t.announceLate(); err != nil { // the step before
		return 0, err
	}
	e := StepEvent{Step: t.at.Step + 1, Steps: t.plan.steps, Epoch: t.plan.passed(t.at), LR: t.plan.rates.rate(t.at.Step),
		Loss: t.at.Loss, LossScale: t.scaler.scale(), Sequences: t.at.Sequences, Tokens: t.at.Tokens}
	wait := t.update(e.LR, e.Step)
	t.late = &lateStep{event: e, losses: t.losses, wait: wait, start: start}
	t.at.Step, t.at.part, t.losses = e.Step, part{}, nil
	if wait == nil {
		return e.Step, t.announceLate()
	}
	return e.Step, nil
}

// update begins what comes behind backward: the gradients' norm, the clipping, the
// update, the next step's loss scale, and gradients that are zero again. It returns what waits for all that; nil
// if it is done.
func (t *Trainer) update(rate float64, step int) (wait func()) {
	t.norm.Begin(t.weights)
	t.optimizer.Update(rate, t.scaler.updates(step))
	if t.scaler != nil {
		t.scaler.on.Follow(&t.norm)
	}
	t.zeroGrad()
	return ops.Mark(t.mem)
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
		t.losses = append(t.losses, lateLoss{l.Weight, ops.Fetch(l.Loss)})
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
