package trainers

import (
	"context"
	"errors"
	"fmt"

	"github.com/lmkor/bench/device"
)

// Fit trains for the planned steps, from where a saved state stands, and scores
// the splits after every epoch. Cancelling ctx stops after the current batch,
// saves the state, and gives an *InterruptedError. A device that fails gives a
// *device.Failure, and the last saved state stays in its place.
func (t *Trainer) Fit(ctx context.Context, splits []Split) (out *Outcome, err error) {
	defer device.Caught(&err)
	if t.plan, err = newPlan(t.objective.Len(), t.opt); err != nil {
		return nil, err
	}
	if t.opt.chooses() && !knows(splits, t.opt.Choose.Split) {
		return nil, fmt.Errorf("no split %q to choose the best weights on", t.opt.Choose.Split)
	}
	thaw, err := t.freeze()
	if err != nil {
		return nil, err
	}
	defer thaw()
	t.restart()
	t.outcome = Outcome{Steps: t.plan.steps}
	if err := t.resume(); err != nil {
		return nil, err
	}
	t.saver.start(t.params)
	for !t.at.Done {
		if err := t.epoch(ctx, splits); err != nil {
			return nil, t.stopped(err)
		}
	}
	if t.outcome.Answers == nil { // resumed behind the end
		if _, err := t.score(ctx, splits); err != nil {
			return nil, t.stopped(err)
		}
	}
	t.outcome.Steps, t.outcome.Skipped = t.at.Step, t.at.Step-t.scaler.updates(t.at.Step)
	return &t.outcome, nil
}

// epoch trains to the end of the current epoch, or of the training, and scores
// the splits.
func (t *Trainer) epoch(ctx context.Context, splits []Split) (err error) {
	examples := Order(t.plan.examples, t.at.Epoch, t.opt.Seed, t.opt.Shuffle)
	stop := false
	if t.at.Due {
		if stop, err = t.evaluate(ctx, splits); err != nil {
			return err
		}
	}
	for !stop && t.plan.more(t.at) {
		if stop, err = t.advance(ctx, examples, splits); err != nil {
			return err
		}
	}
	if !stop { // one that stopped within the epoch has just been scored
		if stop, err = t.evaluate(ctx, splits); err != nil {
			return err
		}
	}
	t.at.Epoch, t.at.Batch, t.at.part, t.losses = t.at.Epoch+1, 0, part{}, nil
	t.at.Done = stop || t.at.Epoch == t.plan.epochs
	t.outcome.Epochs = append(t.outcome.Epochs, EpochScores{Epoch: t.at.Epoch, Scores: t.scores})
	if t.saver.dueAfterEpoch() {
		return t.save()
	}
	return nil
}

// advance makes the next step and what is due after it, or accumulates the
// batches behind the epoch's last step. It returns whether to stop early.
func (t *Trainer) advance(ctx context.Context, examples []int, splits []Split) (stop bool, err error) {
	o := t.opt
	end := t.at.Batch - t.at.Batch%o.Accumulation + o.Accumulation
	batches := batchesOf(examples, o.BatchSize, t.at.Batch, min(end, t.plan.batches))
	if end > t.plan.batches {
		for _, b := range batches {
			if err := t.accumulate(ctx, b); err != nil {
				return false, err
			}
		}
		return false, nil
	}
	step, err := t.step(ctx, batches)
	if err != nil {
		return false, err
	}
	if t.at.Due = o.EvalSteps > 0 && step%o.EvalSteps == 0 && t.plan.more(t.at); t.at.Due {
		if stop, err = t.evaluate(ctx, splits); stop || err != nil {
			return stop, err
		}
	}
	// Behind the epoch's last step comes the evaluation, and the state is saved
	// then: saved here too, a crash in between would log it twice.
	if t.plan.more(t.at) && t.at.Batch+o.Accumulation <= t.plan.batches && t.saver.dueAfterStep(step) {
		return false, t.save()
	}
	return false, nil
}

// batchesOf returns batches from to end of an epoch's examples.
func batchesOf(examples []int, size, from, end int) (batches [][]int) {
	for i := from; i < end; i++ {
		batches = append(batches, examples[i*size:min(len(examples), (i+1)*size)])
	}
	return batches
}

// stopped saves the state of a training that was asked to stop; other errors
// leave the last good state in its place.
func (t *Trainer) stopped(err error) error {
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	stop := &InterruptedError{Step: t.at.Step, Steps: t.plan.steps, Err: err}
	if t.saver.store == nil {
		return stop
	}
	if err := t.save(); err != nil {
		var diverged *DivergedError
		if errors.As(err, &diverged) { // the last step, which a device told of only now
			return err
		}
		return errors.Join(stop, err)
	}
	stop.Saved = true
	return stop
}
