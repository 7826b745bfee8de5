package runs

import (
	"context"
	"time"

	"github.com/lmkor/bench/perf"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/trainers"
)

// stateFile is the saved training's file in the writer's state folder.
const stateFile = "state"

// runLog writes a training's events to the run directory and passes them on. A
// log that can't be written stops the training.
type runLog struct {
	cell   *Cell
	w      *store.Writer
	events Events
	stop   context.CancelCauseFunc
	err    error // the first

	steps int // since this process began
}

func (l *runLog) keep(err error) {
	if l.err == nil && err != nil {
		l.err = err
		l.stop(err)
	}
}

// Step logs a step.
func (l *runLog) Step(e trainers.StepEvent) {
	if l.steps++; l.steps&(l.steps-1) == 0 { // the arena grows with the first batches
		LimitGarbage()
	}
	l.keep(l.w.Step(Logged(e)))
	t := timing(results.EventStep, "", e.Step, e.Sequences, e.Tokens, e.Elapsed.Seconds())
	if l.steps == 1 && !l.cell.Started.IsZero() {
		t.StartSeconds = (time.Since(l.cell.Started) - e.Elapsed).Seconds()
	}
	l.keep(l.w.Timing(t))
	l.events.Step(l.cell, e)
}

// Logged is a step as log.jsonl has it.
func Logged(e trainers.StepEvent) results.StepEvent {
	s := results.StepEvent{Step: e.Step, Epoch: e.Epoch, Loss: e.Loss, LR: e.LR, GradNorm: e.GradNorm, LossScale: e.LossScale,
		Skipped: e.Skipped}
	if e.Skipped {
		s.GradNorm = 0 // as it is read from a log
	}
	return s
}

// Eval logs an evaluation.
func (l *runLog) Eval(e trainers.EvalEvent) {
	LimitGarbage()
	l.keep(l.w.Eval(results.EvalEvent{Step: e.Step, Epoch: e.Epoch, Split: e.Split, Scores: e.Scores}))
	l.keep(l.w.Timing(timing(results.EventEval, e.Split, e.Step, e.Sequences, e.Tokens, e.Elapsed.Seconds())))
	l.events.Eval(l.cell, e)
}

func timing(event, split string, step, sequences, tokens int, seconds float64) results.Timing {
	t := results.Timing{Event: event, Step: step, Split: split, Seconds: seconds, MemoryMB: perf.MemoryMB()}
	if seconds > 0 {
		t.SequencesPerSecond, t.TokensPerSecond = float64(sequences)/seconds, float64(tokens)/seconds
	}
	return t
}

// runStore keeps the state of a run that may be interrupted, the logs never
// behind it.
type runStore struct {
	w    *store.Writer
	file trainers.FileStore
}

// Save keeps the state.
func (s *runStore) Save(state *trainers.State) error {
	if err := s.w.Sync(); err != nil {
		return err
	}
	return s.file.Save(state)
}

// Load returns the state that an interrupted run left, and cuts its logs back
// to it.
func (s *runStore) Load() (*trainers.State, error) {
	if !s.w.Resumed() {
		return nil, nil
	}
	state, err := s.file.Load()
	if err != nil {
		return nil, err
	}
	step := 0
	if state != nil {
		step = state.Position.Step
	}
	if err := s.w.Rewind(step); err != nil {
		return nil, &trainers.StateError{Path: s.file.Path, Err: err}
	}
	return state, nil
}
