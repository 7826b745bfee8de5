package results

import (
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/lmkor/bench/internal/regular"
)

// Seconds returns how long the run trained and scored, by its timing.jsonl; NaN
// where it has none.
func (r Run) Seconds() float64 {
	f, err := regular.Open(r.File(TimingFile))
	if err != nil {
		return math.NaN()
	}
	defer f.Close()
	sum := 0.0
	lines := newLines(f, TimingFile)
	for {
		var t Timing
		ok, err := lines.next(&t)
		if err != nil {
			return math.NaN()
		}
		if !ok {
			return sum
		}
		sum += t.Seconds
	}
}

// Clock returns a function that tells how many seconds after the run's beginning
// a step was done, by its timing.jsonl; without one, a second a step.
func (r Run) Clock() (func(step int) float64, error) {
	f, err := regular.Open(r.File(TimingFile))
	if errors.Is(err, fs.ErrNotExist) {
		return func(step int) float64 { return float64(step) }, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	at := []float64{0}
	sum := 0.0
	lines := newLines(f, TimingFile)
	for {
		var t Timing
		ok, err := lines.next(&t)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		sum += t.Seconds
		if t.Step < 0 || t.Step > 1<<28 {
			return nil, lines.fault(fmt.Errorf("step %d: want a step of the log", t.Step))
		}
		for len(at) <= t.Step {
			at = append(at, sum)
		}
		at[t.Step] = sum
	}
	return func(step int) float64 { return at[max(0, min(step, len(at)-1))] }, nil
}
