// Package engines starts the cells of a plan where there are machines for them:
// here, one after the other, or by what its subpackages speak to. Cells are
// independent and published by rename, so that an engine only has to start
// them, as often as it likes; what became of them is read from their files.
package engines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/lmkor/bench/plans"
)

// Engine starts the cells of a plan.
type Engine interface {
	// Submit starts the cells, or queues them, and returns what Cancel and
	// Describe take.
	Submit(ctx context.Context, p *plans.Plan, cells []int) (id string, err error)
	// Cancel stops what Submit started; states of cells stay.
	Cancel(ctx context.Context, id string) error
	// Describe writes what Submit would start, for a person to read.
	Describe(w io.Writer, p *plans.Plan, cells []int) error
}

// Local runs cells in this process, one after the other.
type Local struct {
	// Run trains and scores one cell. The error of one stops no other, but for
	// that of a cancelled context.
	Run func(ctx context.Context, cell *plans.Cell) error
}

// Submit runs the cells and returns when all are done; the errors of all come
// back together.
func (l Local) Submit(ctx context.Context, p *plans.Plan, cells []int) (string, error) {
	var failed []error
	for _, n := range cells {
		c, err := p.Cell(n)
		if err == nil {
			err = l.Run(ctx, c)
		}
		if err != nil {
			failed = append(failed, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return "", errors.Join(failed...)
}

// Cancel does nothing: the context of Submit cancels.
func (l Local) Cancel(context.Context, string) error { return nil }

// Describe lists the cells in their order.
func (l Local) Describe(w io.Writer, p *plans.Plan, cells []int) error {
	for _, n := range cells {
		c, err := p.Cell(n)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%d\t%s × %s, seed %d\n", n, c.Model, c.Task, c.Seed); err != nil {
			return err
		}
	}
	return nil
}

// Need is what a cell asks of the machine that runs it.
type Need struct {
	MemoryMB int // 10^6 bytes, room to spare included
	Minutes  int
}

// Headroom over the plan's estimates: memory, because a node kills what goes
// over it, and time, because another machine may be slower than the one that
// made the plan. A cell that runs out of time saves its state and is queued
// again.
const (
	memoryHeadroom = 1.25
	timeHeadroom   = 2
	leastMemoryMB  = 512
	leastMinutes   = 10
)

// NeedOf returns what a cell needs, rounded up to a power of two times the
// least, so that cells of like size share one array.
func NeedOf(c *plans.Cell) Need {
	return Need{
		MemoryMB: doubled(leastMemoryMB, c.MemoryMB*memoryHeadroom),
		Minutes:  doubled(leastMinutes, c.Seconds/60*timeHeadroom),
	}
}

// doubled returns the first of least, 2 least, 4 least, … that holds want.
func doubled(least int, want float64) int {
	n := float64(least)
	for n < want && n < math.MaxInt32/4 {
		n *= 2
	}
	return int(n)
}
