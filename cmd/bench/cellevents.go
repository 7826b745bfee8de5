package main

import (
	"fmt"
	"io"

	"github.com/lmkor/bench/progress"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/export"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/trainers"
)

// cellEvents shows what happens to cells, one after the other: notices as lines,
// a training as a progress.
type cellEvents struct {
	w   io.Writer
	bar *progress.Training // of the cell that trains

	live *export.Live // for a TensorBoard that looks on; nil: none
}

// Notice prints a line about a cell.
func (e *cellEvents) Notice(c *runs.Cell, text string) {
	fmt.Fprintf(e.w, "%s: %s\n", c.Name(), text)
}

// Step shows a step.
func (e *cellEvents) Step(c *runs.Cell, s trainers.StepEvent) {
	if e.bar == nil {
		e.bar = progress.NewTraining(e.w, c.Name())
	}
	e.bar.Step(s)
	logged := runs.Logged(s)
	e.show(c, results.Event{Step: &logged})
}

// Eval shows a score to TensorBoard alone: for people it comes with the outcome.
func (e *cellEvents) Eval(c *runs.Cell, v trainers.EvalEvent) {
	e.show(c, results.Event{Eval: &results.EvalEvent{Step: v.Step, Epoch: v.Epoch, Split: v.Split, Scores: v.Scores}})
}

// show writes an event for TensorBoard. A fault ends the showing, not the training.
func (e *cellEvents) show(c *runs.Cell, v results.Event) {
	if e.live == nil {
		return
	}
	if err := e.live.Write(c.Model.Name, c.Task.Name, c.Recipe.Seed, v, results.FoldersAt(c.Dir)...); err != nil {
		e.Notice(c, fmt.Sprintf("warning: no more events for TensorBoard: %v", err))
		e.live = nil
	}
}

// stop takes the progress of a cell away.
func (e *cellEvents) stop() {
	if e.bar != nil {
		e.bar.Done()
		e.bar = nil
	}
}
