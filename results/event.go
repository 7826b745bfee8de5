package results

import (
	"fmt"
	"io"

	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/metrics"
)

// StepEvent is an optimizer step, as log.jsonl has it.
type StepEvent struct {
	Step     int     `json:"step"`      // from 1
	Epoch    float64 `json:"epoch"`     // passed, as a fraction
	Loss     float64 `json:"loss"`      // the batch's mean, before the update
	LR       float64 `json:"lr"`        // used in this step
	GradNorm float64 `json:"grad_norm"` // before clipping; null in the log of a step that was left out

	LossScale float64 `json:"loss_scale,omitempty"` // in float16, what the gradients were multiplied by
	Skipped   bool    `json:"skipped,omitempty"`    // left out: in float16 some gradient was NaN or infinite
}

// EvalEvent is a scored split, as log.jsonl has it.
type EvalEvent struct {
	Step   int            `json:"step"`
	Epoch  float64        `json:"epoch"`
	Split  string         `json:"split"`
	Scores metrics.Scores `json:"scores"`
}

// Timing is a line of timing.jsonl: what one step or evaluation took.
type Timing struct {
	Event              string  `json:"event"` // step, eval
	Step               int     `json:"step"`
	Split              string  `json:"split,omitempty"`
	Seconds            float64 `json:"seconds"`
	SequencesPerSecond float64 `json:"sequences_per_second"`
	TokensPerSecond    float64 `json:"tokens_per_second"`
	MemoryMB           float64 `json:"memory_mb"`
	StartSeconds       float64 `json:"start_seconds,omitempty"` // of the first step: from the command to its beginning
}

// The names of events, in log.jsonl and timing.jsonl.
const (
	EventStep = "step"
	EventEval = "eval"
)

// Event is a line of log.jsonl: one of both.
type Event struct {
	Step *StepEvent
	Eval *EvalEvent
}

// MarshalJSON writes the event's name before its fields.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Step != nil && e.Step.Skipped { // JSON has no infinity
		return Encode(struct {
			Event string `json:"event"`
			*StepEvent
			GradNorm *float64 `json:"grad_norm"`
		}{EventStep, e.Step, nil}, "")
	}
	if e.Step != nil {
		return Encode(struct {
			Event string `json:"event"`
			*StepEvent
		}{EventStep, e.Step}, "")
	}
	return Encode(struct {
		Event string `json:"event"`
		*EvalEvent
	}{EventEval, e.Eval}, "")
}

// ReadLog reads a log.jsonl. Errors are *LineError.
func ReadLog(path string) ([]Event, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return DecodeLog(f, path)
}

// DecodeLog reads events from r; file names it in errors. Events of names that
// it does not know are skipped, for a later program may write more.
func DecodeLog(r io.Reader, file string) ([]Event, error) {
	var all []Event
	lines := newLines(r, file)
	for {
		var line struct {
			Event string
			StepEvent
			Split  string
			Scores metrics.Scores
		}
		ok, err := lines.next(&line)
		if err != nil {
			return nil, err
		}
		if !ok {
			return all, nil
		}
		switch line.Event {
		case EventStep:
			s := line.StepEvent
			all = append(all, Event{Step: &s})
		case EventEval:
			all = append(all, Event{Eval: &EvalEvent{line.Step, line.Epoch, line.Split, line.Scores}})
		case "":
			return nil, lines.fault(fmt.Errorf("no %q", "event"))
		}
	}
}

// LastStep returns the last step of a log, whatever is broken behind it; 0 if it
// has none.
func LastStep(path string) (step int) {
	f, err := regular.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	lines := newLines(f, path)
	for {
		var line struct {
			Event string
			Step  int
		}
		ok, err := lines.next(&line)
		if err != nil || !ok {
			return step
		}
		if line.Event == EventStep {
			step = line.Step
		}
	}
}
