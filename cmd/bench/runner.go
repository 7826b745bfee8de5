package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	runtimemetrics "runtime/metrics"
	"strings"
	"sync"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// runner trains and scores cells, one after the other.
type runner struct {
	stderr io.Writer
}

// outcome is what became of a cell.
type outcome struct {
	Model    string       `json:"model"`
	Task     string       `json:"task"`
	Seed     uint64       `json:"seed"`
	Status   string       `json:"status"` // trained, resumed, finished before, evaluated
	Dir      string       `json:"dir"`
	Metric   metrics.Name `json:"metric,omitempty"`
	Score    *float64     `json:"score,omitempty"`
	Interval *[2]float64  `json:"interval,omitempty"`
	N        int          `json:"n,omitempty"`
}

// The states of an outcome.
const (
	trained        = "trained"
	resumedAgain   = "resumed"
	finishedBefore = "finished before"
	evaluated      = "evaluated"
)

// splits are a cell's data: what trains, what is scored, and what a checkpoint
// could be chosen on.
type splits struct {
	train, scored, dev *tasks.Set // dev may be nil
}

func (c cell) open() (splits, error) {
	var s splits
	var err error
	if s.train, err = c.data.open(c.task, tasks.Train); err != nil {
		return s, err
	}
	if s.scored, err = c.data.open(c.task, c.task.Scored); err != nil {
		return s, err
	}
	if c.task.HasDev() && c.data.has(c.task, tasks.Dev) {
		if s.dev, err = c.data.open(c.task, tasks.Dev); err != nil {
			return s, err
		}
	}
	return s, nil
}

// begin reads the data and the model: at the same time, unless the data are what
// the model's vocabulary is made from.
func (c cell) begin() (splits, *checkpoints.Loaded, error) {
	var s *checkpoints.Loaded
	var failed error
	var loading sync.WaitGroup
	if c.model.Scratch == nil {
		loading.Go(func() { s, failed = c.model.Load(c.task, c.recipe.Seed, nil) })
	}
	data, err := c.open()
	loading.Wait()
	if err == nil && c.model.Scratch != nil {
		s, failed = c.model.Load(c.task, c.recipe.Seed, texts(data.train, c.recipe.MaxTrainRows))
	}
	if err == nil {
		err = failed
	}
	return data, s, err
}

// all lists the splits in the order of the manifest.
func (s splits) all() []*tasks.Set {
	all := []*tasks.Set{s.train}
	if s.dev != nil {
		all = append(all, s.dev)
	}
	return append(all, s.scored)
}

// texts yields every text of the rows that train, for a vocabulary.
func texts(set *tasks.Set, limit int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i, e := range set.Examples {
			if limit > 0 && i == limit {
				return
			}
			if len(e.Words) > 0 {
				if !yield(strings.Join(e.Words, " ")) {
					return
				}
				continue
			}
			if !yield(e.Text) || e.HasPair && !yield(e.Pair) {
				return
			}
		}
	}
}

// run trains and scores a cell, takes it up where it was interrupted, or leaves
// it alone if it is finished.
func (r *runner) run(ctx context.Context, c cell) (*outcome, error) {
	data, s, err := c.begin()
	if err != nil {
		return nil, err
	}
	m, err := c.manifest(s, data)
	if err != nil {
		return nil, err
	}
	w, err := results.Create(c.dir, *m)
	if errors.Is(err, results.ErrFinished) {
		return c.finished(m)
	}
	if err != nil {
		return nil, err
	}
	defer w.Close()
	if d := w.Discarded(); d != "" {
		fmt.Fprintf(r.stderr, "%s: an interrupted run with other settings was thrown away\n", c.name())
	}
	s.Explain(r.stderr, c.name())
	o, err := r.train(ctx, c, s, data, w, m)
	if errors.Is(err, results.ErrFinished) {
		return c.finished(m)
	}
	return o, err
}

// train fills the run directory and publishes it.
func (r *runner) train(ctx context.Context, c cell, s *checkpoints.Loaded, data splits, w *results.Writer, m *results.Manifest) (*outcome, error) {
	train, err := c.encode(s, data.train, c.recipe.MaxTrainRows)
	if err != nil {
		return nil, err
	}
	scored, err := c.encode(s, data.scored, c.recipe.MaxEvalRows)
	if err != nil {
		return nil, err
	}
	split := []trainers.Split{{Name: data.scored.Split, Scorer: scored}}
	if data.dev != nil {
		dev, err := c.encode(s, data.dev, c.recipe.MaxEvalRows)
		if err != nil {
			return nil, err
		}
		split = append(split, trainers.Split{Name: data.dev.Split, Scorer: dev})
	}
	log := &runLog{w: w, start: startOf(ctx), bar: newProgress(r.stderr, c.name())}
	defer log.bar.Done()
	kernels.SetThreads(c.recipe.Threads)
	trainer, err := trainers.New(train, options(c.recipe), log, &runStore{w: w, file: trainers.FileStore{Path: filepath.Join(w.StateDir(), "state")}})
	if err != nil {
		return nil, err
	}
	out, err := trainer.Fit(ctx, split)
	if err == nil {
		err = log.err
	}
	if err != nil {
		return nil, err
	}
	preds := out.Answers[data.scored.Split]
	res := c.result(out, data, scored.Sample(preds))
	if err := s.Save(w.CheckpointDir(), m, res); err != nil {
		return nil, err
	}
	if err := w.Publish(records(scored, preds), *res); err != nil {
		return nil, err
	}
	status := trained
	if out.Resumed > 0 {
		status = resumedAgain
	}
	return c.outcome(status, res), nil
}

// encode tokenizes a split; rows that the model can't read are an error.
func (c cell) encode(s *checkpoints.Loaded, set *tasks.Set, limit int) (*objectives.Labelled, error) {
	d, err := objectives.NewLabelled(s.Model, s.Tokenizer, c.task, set.Examples, reading(c.recipe, limit))
	var row *objectives.RowError
	if errors.As(err, &row) {
		hint := ""
		if most := s.Model.MaxTokens(); most < c.recipe.MaxLength {
			hint = fmt.Sprintf("; --set max_length=%d cuts what is longer", most)
		}
		return nil, fmt.Errorf("%s: %s:%d: %w%s", c.task.Name, set.File, row.Line, row.Err, hint)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", c.task.Name, set.File, err)
	}
	return d, nil
}

// manifest says what the run is made from.
func (c cell) manifest(s *checkpoints.Loaded, data splits) (*results.Manifest, error) {
	recipe, err := results.EncodeRecipe(c.recipe)
	if err != nil {
		return nil, err
	}
	b := thisBuild()
	info := s.Tokenizer.Info()
	m := &results.Manifest{
		Schema: results.Schema,
		Model: results.Model{Name: c.model.Name, Path: filepath.ToSlash(c.model.Dir), Architecture: s.Model.Config.ModelType,
			Parameters: int64(models.Count(s.Model.Params())), SHA256: s.SHA256},
		Tokenizer: results.Tokenizer{Type: info.Type, VocabSize: info.VocabSize, Lowercase: &info.Lowercase,
			StripAccents: info.StripAccents, SHA256: info.SHA256},
		Task:    c.task.Name,
		Recipe:  recipe,
		Program: results.Program{Version: b.Version, Commit: b.Commit, Go: b.Go, Kernels: kernels.Name()},
	}
	for _, set := range data.all() {
		m.Data = append(m.Data, results.Data{Split: set.Split, File: set.File, SHA256: set.SHA256, Rows: set.Rows, Dropped: set.Dropped})
	}
	return m, nil
}

// finished returns a run that stands already, if it is the one asked for.
func (c cell) finished(want *results.Manifest) (*outcome, error) {
	run, err := results.Open(c.dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.dir, err)
	}
	if diff := differences(&run.Manifest, want); diff != "" {
		return nil, fmt.Errorf("%s holds a finished run of other settings (%s): name another --runs folder, or move it away", c.dir, diff)
	}
	return c.outcome(finishedBefore, &run.Result), nil
}

func (c cell) outcome(status string, r *results.Result) *outcome {
	return &outcome{Model: r.Model, Task: r.Task, Seed: r.Seed, Status: status, Dir: c.dir, Metric: r.Metric, Score: r.Score, Interval: r.Interval, N: r.N}
}

// result is what result.json says of a training.
func (c cell) result(out *trainers.Outcome, data splits, sample metrics.Sample) *results.Result {
	r := &results.Result{Model: c.model.Name, Task: c.task.Name, Seed: c.recipe.Seed, Split: data.scored.Split,
		Metric: c.task.Metric, N: sample.Len(), Scores: sample.Scores(),
		Train: results.Train{Steps: out.Steps, Examples: out.Sequences, Tokens: out.Tokens}}
	r.Score, r.Interval = results.Headline(sample, c.task.Metric)
	for _, e := range out.Epochs {
		epoch := results.Epoch{Epoch: e.Epoch, Scores: e.Scores[data.scored.Split]}
		if data.dev != nil {
			dev := e.Scores[data.dev.Split]
			epoch.Dev = &dev
		}
		r.Epochs = append(r.Epochs, epoch)
	}
	r.Select = results.Choose(r.Epochs, c.task.Metric)
	return r
}

// records are the predictions as predictions.jsonl has them.
func records(d *objectives.Labelled, preds []predictors.Answer) []results.Prediction {
	rows := make([]results.Prediction, len(preds))
	for i, p := range preds {
		e := &d.Examples[i]
		row := results.Prediction{ID: results.IntID(e.ID), Text: e.Text}
		if e.HasPair {
			row.TextPair = &e.Pair
		}
		switch d.Task.Kind {
		case tasks.Regress:
			row.Gold, row.Pred = results.Number(e.Score), results.Number(p.Value)
		case tasks.Tag:
			kept := p.Kept
			row.Gold, row.Pred, row.Words, row.Kept = results.Tags(d.TagNames(e.Tags)), results.Tags(d.TagNames(p.Tags)), e.Words, &kept
		default:
			row.Gold, row.Pred = results.Label(d.Task.Labels[e.Label]), results.Label(d.Task.Labels[p.Label])
			row.Probs = p.Probs()
		}
		rows[i] = row
	}
	return rows
}

// runLog writes a training's events to the run directory and shows them.
type runLog struct {
	w   *results.Writer
	bar *progress
	err error // the first

	start   time.Time // of the program
	stepped bool
}

func (l *runLog) keep(err error) {
	if l.err == nil {
		l.err = err
	}
}

// Step logs a step.
func (l *runLog) Step(e trainers.StepEvent) {
	l.keep(l.w.Step(results.StepEvent{Step: e.Step, Epoch: e.Epoch, Loss: e.Loss, LR: e.LR, GradNorm: e.GradNorm}))
	t := timing("step", "", e.Step, e.Sequences, e.Tokens, e.Elapsed.Seconds())
	if !l.stepped {
		l.stepped, t.StartSeconds = true, (time.Since(l.start) - e.Elapsed).Seconds()
	}
	l.keep(l.w.Timing(t))
	l.bar.Step(e)
}

// Eval logs an evaluation.
func (l *runLog) Eval(e trainers.EvalEvent) {
	l.keep(l.w.Eval(results.EvalEvent{Step: e.Step, Epoch: e.Epoch, Split: e.Split, Scores: e.Scores}))
	l.keep(l.w.Timing(timing("eval", e.Split, e.Step, e.Sequences, e.Tokens, e.Elapsed.Seconds())))
	l.bar.Eval(e)
}

func timing(event, split string, step, sequences, tokens int, seconds float64) results.Timing {
	t := results.Timing{Event: event, Step: step, Split: split, Seconds: seconds, MemoryMB: memoryMB()}
	if seconds > 0 {
		t.SequencesPerSecond, t.TokensPerSecond = float64(sequences)/seconds, float64(tokens)/seconds
	}
	return t
}

// memoryMB is the memory that the program has from the system, in 10^6 bytes.
func memoryMB() float64 {
	s := []runtimemetrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	runtimemetrics.Read(s)
	return float64(s[0].Value.Uint64()-s[1].Value.Uint64()) / 1e6
}

// runStore keeps the state of a run that may be interrupted, the logs never
// behind it.
type runStore struct {
	w    *results.Writer
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
	return state, s.w.Rewind(step)
}
