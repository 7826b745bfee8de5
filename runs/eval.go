package runs

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// Eval scores the cell's scored split with the checkpoint as it is, and writes a
// run as well.
func Eval(ctx context.Context, c Cell, events Events) (out *Outcome, err error) {
	defer device.Caught(&err)
	if c.Note, err = resolveDevice(&c.Recipe); err != nil {
		return nil, err
	}
	set, err := c.Data.Open(c.Task, c.Scored)
	if err != nil {
		return nil, err
	}
	l, err := c.source().LoadHead(c.Task)
	if err != nil {
		return nil, err
	}
	c = c.resolved(Splits{})
	m, err := c.manifest(l, []*tasks.Set{set}, kept(c.Recipe))
	if err != nil {
		return nil, err
	}
	m.Warnings = append(m.Warnings, dataWarnings(l, []*tasks.Set{set})...)
	onlyScoring(m)
	w, err := c.claim(m, events)
	if errors.Is(err, store.ErrFinished) {
		return c.finished(m, events)
	}
	if err != nil {
		return nil, err
	}
	defer w.Close()
	explain(&c, l, m.Warnings, events)
	if w.Resumed() {
		if err := w.Rewind(0); err != nil {
			return nil, err
		}
	}
	d, err := c.encode(l, set, c.Recipe.MaxEvalRows)
	if err != nil {
		return nil, err
	}
	preds, err := c.predict(ctx, l, d, w)
	if err != nil {
		return nil, stopped(ctx, err)
	}
	res := c.result(&trainers.Outcome{}, Splits{Train: set, Scored: set}, d.Sample(preds))
	res.Select.Last = res.Score
	rows := records(d, preds)
	doubts := inspect.Answers(set.Split, rows)
	warn(&c, doubts, events)
	w.Warn(doubts...)
	err = w.Publish(rows, *res)
	if errors.Is(err, store.ErrFinished) {
		return c.finished(m, events)
	}
	if err != nil {
		return nil, err
	}
	c.Dir = w.Place()
	return c.outcome(Evaluated, res), nil
}

// predict answers the examples on the cell's device, and writes down what that took.
func (c *Cell) predict(ctx context.Context, l *checkpoints.Loaded, d *objectives.Labelled,
	w *store.Writer) ([]predictors.Answer, error) {
	on, err := devices.Open(ctx, string(c.Recipe.Device), c.Recipe.Threads)
	if err != nil {
		return nil, err
	}
	defer on.Close()
	l.Model.Place(on.Backend)
	start := time.Now()
	answers, err := d.Predict(ctx, on.Backend)
	if err != nil {
		return nil, err
	}
	return answers, w.Timing(timing(results.EventEval, c.Scored, 0, d.Len(), d.Tokens(), time.Since(start).Seconds()))
}

// scoring are the recipe fields that a score of a finished checkpoint depends on.
var scoring = []string{"max_length", "truncation", "padding", "precision", "max_eval_rows", "device"}

// onlyScoring leaves out of an evaluation's identity how one would train.
func onlyScoring(m *results.Manifest) {
	maps.DeleteFunc(m.Parts.Recipe, func(field string, _ json.RawMessage) bool { return !slices.Contains(scoring, field) })
	m.Identity = m.Parts.Hash()
}
