package main

import (
	"fmt"
	"io"

	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/trainers"
)

// cellEvents shows what happens to cells, one after the other: notices as lines,
// a training as a progress.
type cellEvents struct {
	w   io.Writer
	bar *progress // of the cell that trains
}

// Notice prints a line about a cell.
func (e *cellEvents) Notice(c *runs.Cell, text string) {
	fmt.Fprintf(e.w, "%s: %s\n", c.Name(), text)
}

// Step shows a step.
func (e *cellEvents) Step(c *runs.Cell, s trainers.StepEvent) {
	if e.bar == nil {
		e.bar = newProgress(e.w, c.Name())
	}
	e.bar.Step(s)
}

// Eval shows nothing: the score comes with the outcome.
func (e *cellEvents) Eval(*runs.Cell, trainers.EvalEvent) {}

// stop takes the progress of a cell away.
func (e *cellEvents) stop() {
	if e.bar != nil {
		e.bar.Done()
		e.bar = nil
	}
}
