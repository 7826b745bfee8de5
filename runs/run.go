package runs

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// Events hears what happens to a cell, as it happens. No call may keep what it
// is given.
type Events interface {
	Notice(c *Cell, text string) // one line that the user should know
	Step(c *Cell, e trainers.StepEvent)
	Eval(c *Cell, e trainers.EvalEvent)
}

// ErrInterrupted says that the user stopped a training. The same command takes
// it up.
var ErrInterrupted = errors.New("interrupted; the same command takes it up again")

// ConflictError says that a cell's place has a finished run of its settings that
// other kernels, or a program of other numbers, computed.
type ConflictError struct {
	Dir         string
	Differences []results.Difference
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s holds a finished run of these settings, computed otherwise (%s): "+
		"another --runs folder trains it anew, or move it away",
		e.Dir, store.Changes(e.Differences))
}

// Run trains and scores a cell, takes it up where it was interrupted, or leaves
// it alone if it is finished. It returns an error that is store.ErrHeld if
// another process works on it, and ErrInterrupted if ctx was cancelled.
func Run(ctx context.Context, c Cell, events Events) (*Outcome, error) {
	out, _, err := run(ctx, c, events)
	return out, err
}

// run is Run; portable is the identity of what it ran, "" where it came to none.
func run(ctx context.Context, c Cell, events Events) (out *Outcome, portable string, err error) {
	defer device.Caught(&err)
	data, l, err := c.load()
	if err != nil {
		return nil, "", err
	}
	c = c.resolved(data)
	m, err := c.manifest(l, data.All(), kept(c.Recipe))
	if err != nil {
		return nil, "", err
	}
	portable = m.Parts.Portable()
	out, err = c.run(ctx, l, data, m, events)
	return out, portable, err
}

// run is Run of a cell that was loaded.
func (c Cell) run(ctx context.Context, l *checkpoints.Loaded, data Splits, m *results.Manifest, events Events) (*Outcome, error) {
	m.Warnings = append(m.Warnings, dataWarnings(l, data.All())...)
	if c.Planned != "" && !m.Parts.PlannedAs(c.Planned) {
		return nil, &ChangedError{Planned: c.Planned, Now: m.Parts.Portable()}
	}
	if err := c.mayBegin(ctx, m, devices.Gains); err != nil {
		return nil, err
	}
	w, err := c.claim(m, events)
	if errors.Is(err, store.ErrFinished) {
		return c.finished(m, events)
	}
	if err != nil {
		return nil, err
	}
	defer w.Close()
	explain(&c, l, m.Warnings, events)
	at := c
	at.Dir = w.Place() // events tell where it goes
	o, err := at.train(ctx, l, data, w, events)
	if errors.Is(err, store.ErrFinished) {
		return c.finished(m, events)
	}
	return o, stopped(ctx, err)
}

// claim returns the writer of the cell's place, and warns of what else lies there.
func (c *Cell) claim(m *results.Manifest, events Events) (*store.Writer, error) {
	w, err := store.Create(c.Dir, *m)
	if err != nil {
		return nil, err
	}
	for _, k := range w.Kept() {
		events.Notice(c, k.String())
	}
	if _, differs := store.PlaceFor(c.Dir, m); differs != nil {
		events.Notice(c, fmt.Sprintf("%s holds a run of other settings (%s): this one goes to %s",
			c.Dir, store.Changes(differs), w.Place()))
	}
	return w, nil
}

// stopped returns ErrInterrupted in the place of an error that only says that ctx
// was cancelled, with what became of the state.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil || !errors.Is(err, context.Canceled) {
		return err
	}
	var at *trainers.InterruptedError
	if errors.As(err, &at) && !at.Saved {
		return fmt.Errorf("%w, from the last saved state: %w", ErrInterrupted, err)
	}
	return ErrInterrupted
}

// source is the model as the recipe's threads load it.
func (c *Cell) source() checkpoints.Source {
	s := c.Model
	s.Threads = c.Recipe.Threads
	return s
}

// load reads the data and the model: at the same time, unless the data are what
// the model's vocabulary is made from.
func (c *Cell) load() (Splits, *checkpoints.Loaded, error) {
	var l *checkpoints.Loaded
	var failed error
	var loading sync.WaitGroup
	model := c.source()
	if model.Scratch == nil {
		loading.Go(func() { l, failed = model.Load(c.Task, c.Recipe.Seed, nil) })
	}
	data, err := c.OpenData()
	loading.Wait()
	if err == nil && model.Scratch != nil {
		l, failed = model.Load(c.Task, c.Recipe.Seed, Texts(data.Train, c.Recipe.MaxTrainRows))
	}
	if err == nil {
		err = failed
	}
	return data, l, err
}

// explain tells what about the model is not obvious, and what is to be doubted.
func explain(c *Cell, l *checkpoints.Loaded, warnings []results.Warning, events Events) {
	var b strings.Builder
	l.Explain(&b, c.Name())
	for line := range strings.Lines(b.String()) {
		events.Notice(c, strings.TrimPrefix(strings.TrimSpace(line), c.Name()+": "))
	}
	if a := l.Tokenizer.Info().Analyser; a != nil {
		events.Notice(c, fmt.Sprintf("native code runs, HanBERT's analyser %s (SHA-256 %s)", a.Path, a.SHA256))
	}
	if c.Note != "" {
		events.Notice(c, c.Note)
	}
	warn(c, warnings, events)
}

func warn(c *Cell, warnings []results.Warning, events Events) {
	for _, w := range warnings {
		events.Notice(c, "warning: "+w.Message)
	}
}

// finished returns a run that stands already, if it is the one asked for and
// whole. A plan asks for a run on whichever kernels it was computed.
func (c *Cell) finished(want *results.Manifest, events Events) (*Outcome, error) {
	at, asked := *c, c.Dir
	at.Dir, _ = store.PlaceFor(asked, want)
	c = &at
	run, err := results.Open(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Dir, err)
	}
	theirs := run.Manifest.Parts
	if !results.SameRun(want.Parts, theirs) && !(c.Planned != "" && theirs.PlannedAs(c.Planned)) {
		return nil, &ConflictError{c.Dir, want.Parts.Differences(theirs)}
	}
	if err := run.Check(false); err != nil {
		return nil, fmt.Errorf("%s: %w: move it away, and the same command trains it again", c.Dir, err)
	}
	if c.Recipe.Keep == configs.KeepBoth && string(theirs.Recipe["keep"]) == `"last"` {
		events.Notice(c, fmt.Sprintf("%s kept its last checkpoint alone (keep: last): moved away, it is trained again and keeps "+
			"the best on dev beside it", c.Dir))
	}
	return c.outcome(FinishedBefore, &run.Result), store.Sweep(asked, c.Dir)
}

// train fills the run directory and publishes it.
func (c *Cell) train(ctx context.Context, l *checkpoints.Loaded, data Splits, w *store.Writer,
	events Events) (*Outcome, error) {
	opt, err := c.options(data)
	if err != nil {
		return nil, err
	}
	train, err := c.encode(l, data.Train, c.Recipe.MaxTrainRows)
	if err != nil {
		return nil, err
	}
	scored, err := c.encode(l, data.Scored, c.Recipe.MaxEvalRows)
	if err != nil {
		return nil, err
	}
	splits := []trainers.Split{{Name: data.Scored.Split, Scorer: scored}}
	if data.Dev != nil {
		dev, err := c.encode(l, data.Dev, c.Recipe.MaxEvalRows)
		if err != nil {
			return nil, err
		}
		splits = append(splits, trainers.Split{Name: data.Dev.Split, Scorer: dev})
	}
	on, err := devices.Open(ctx, string(c.Recipe.Device), c.Recipe.Threads)
	if err != nil {
		return nil, err
	}
	defer on.Close()
	opt.Backend = on.Backend
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	log := &runLog{cell: c, w: w, events: events, stop: stop}
	states := &runStore{w: w, file: trainers.FileStore{Path: filepath.Join(w.StateDir(), stateFile)}}
	trainer, err := trainers.New(train, opt, log, states)
	if err != nil {
		return nil, err
	}
	boundGarbage()
	defer unboundGarbage()
	out, err := trainer.Fit(ctx, splits)
	if log.err != nil { // it stopped the training
		return nil, log.err
	}
	if err != nil {
		return nil, err
	}
	t := trained{Trainer: trainer, out: out, scored: scored, splits: splits}
	return c.publish(ctx, l, data, w, t, events)
}

// trained is a training at its end.
type trained struct {
	*trainers.Trainer
	out    *trainers.Outcome
	scored *objectives.Labelled
	splits []trainers.Split
}

// publish scores the training, and writes and renames what it gave: the last
// step's checkpoint, the best one, or both, as the recipe says.
func (c *Cell) publish(ctx context.Context, l *checkpoints.Loaded, data Splits, w *store.Writer, t trained,
	events Events) (*Outcome, error) {
	preds := t.out.Answers[data.Scored.Split]
	if c.Recipe.Keep == configs.KeepBest {
		best, err := t.UseBest(ctx, t.splits)
		if err != nil {
			return nil, err
		}
		preds = best[data.Scored.Split]
	}
	res := c.result(t.out, data, t.scored.Sample(preds))
	c.keep(res, t.out, data)
	if err := l.Save(w.CheckpointDir(), w.Manifest(), res); err != nil {
		return nil, err
	}
	if c.Recipe.Keep == configs.KeepBoth {
		best := preds
		if t.out.Best.Step != t.out.Steps {
			all, err := t.UseBest(ctx, t.splits)
			if err != nil {
				return nil, err
			}
			best = all[data.Scored.Split]
			if err := w.KeepChosen(records(t.scored, best)); err != nil {
				return nil, err
			}
		}
		c.keepBest(res, t.out, t.scored.Sample(best))
		if err := l.Save(filepath.Join(w.Dir(), results.BestCheckpointDir), w.Manifest(), res); err != nil {
			return nil, err
		}
	}
	rows := records(t.scored, preds)
	doubts := inspect.Answers(data.Scored.Split, rows)
	warn(c, doubts, events)
	w.Warn(doubts...)
	if err := w.Publish(rows, *res); err != nil {
		return nil, err
	}
	at := *c
	at.Dir = w.Place()
	c = &at
	if t.out.Resumed > 0 {
		return c.outcome(Resumed, res), nil
	}
	return c.outcome(Trained, res), nil
}

// encode tokenizes a split; rows that the model can't read are an error.
func (c *Cell) encode(l *checkpoints.Loaded, set *tasks.Set, limit int) (*objectives.Labelled, error) {
	d, err := objectives.NewLabelled(l.Model, l.Tokenizer, c.Task, set.Examples, Reading(c.Recipe, limit))
	var row *objectives.RowError
	if errors.As(err, &row) {
		hint := ""
		if most := l.Model.MaxTokens(); most < c.Recipe.MaxLength {
			hint = fmt.Sprintf("; --set max_length=%d cuts what is longer", most)
		}
		return nil, fmt.Errorf("%s: %s:%d: %w%s", c.Task.Name, set.File, row.Line, row.Err, hint)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", c.Task.Name, set.File, err)
	}
	return d, nil
}
