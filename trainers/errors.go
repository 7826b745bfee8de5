package trainers

import (
	"fmt"
	"math"

	"github.com/lmkor/bench/device"
)

// DivergedError says that a step's loss, gradient or weights are NaN or infinite.
// The models are of no use then; the last saved state is.
type DivergedError struct {
	Step           int
	Loss, GradNorm float64
	Precision      device.Precision
	Err            error // which weights, or a *ScaleError; nil where the loss or the gradient shows it
}

func (e *DivergedError) Error() string {
	advice := "the training diverged; try a lower learning_rate"
	if e.Precision == device.Float16 {
		advice += ", or precision=float32: numbers beyond 65504 are infinite in float16"
	}
	if e.Err != nil {
		return fmt.Sprintf("step %d: %v: %s", e.Step, e.Err, advice)
	}
	return fmt.Sprintf("step %d: loss %v, gradient norm %v: %s", e.Step, e.Loss, e.GradNorm, advice)
}

func (e *DivergedError) Unwrap() error { return e.Err }

// InterruptedError says that a training was asked to stop, and did between two
// batches.
type InterruptedError struct {
	Step, Steps int
	Saved       bool  // the same training goes on from here
	Err         error // the context's
}

func (e *InterruptedError) Error() string {
	if e.Saved {
		const format = "interrupted after step %d of %d; the state is saved, and the same command goes on from it"
		return fmt.Sprintf(format, e.Step, e.Steps)
	}
	return fmt.Sprintf("interrupted after step %d of %d", e.Step, e.Steps)
}

func (e *InterruptedError) Unwrap() error { return e.Err }

// StateError says that a saved state can't be taken up.
type StateError struct {
	Path string // the file; empty where the state came from elsewhere
	Err  error
}

func (e *StateError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("saved state: %v", e.Err)
	}
	return fmt.Sprintf("saved state: %s: %v: remove this file to train from the beginning", e.Path, e.Err)
}

func (e *StateError) Unwrap() error { return e.Err }

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
