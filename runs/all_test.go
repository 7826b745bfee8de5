package runs

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/lmkor/bench/trainers"
)

// hold keeps a training at its first step until it is let go.
type hold struct {
	listener
	once       sync.Once
	begun, end chan struct{}
}

func (h *hold) Step(*Cell, trainers.StepEvent) {
	h.once.Do(func() { close(h.begun) })
	<-h.end
}

// A cell that another process trains is come back to when the others are done.
func TestAllSharesTheWork(t *testing.T) {
	p := newPlace(t)
	first, second := p.cell(t, p.path("tiny.yaml"), "runs"), p.cell(t, p.path("tiny.yaml"), "runs")
	second.Recipe.Seed++
	second.Dir += "-other"
	other := &hold{begun: make(chan struct{}), end: make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := Run(context.Background(), first, other)
		ended <- err
	}()
	<-other.begun
	var order []string
	All(t.Context(), []Cell{first, second}, &listener{}, func(i int, o *Outcome, err error) {
		if err != nil {
			t.Error(err)
			return
		}
		order = append(order, o.Dir+" "+o.Status)
		if i == 1 { // only now may the other process go on
			close(other.end)
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
	if len(order) != 2 || order[0] != second.Dir+" "+Trained || order[1] != first.Dir+" "+FinishedBefore {
		t.Errorf("%v", order)
	}
}

// An interruption while waiting is one.
func TestAllIsInterruptedWhileItWaits(t *testing.T) {
	p := newPlace(t)
	c := p.cell(t, p.path("tiny.yaml"), "runs")
	other := &hold{begun: make(chan struct{}), end: make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := Run(context.Background(), c, other)
		ended <- err
	}()
	<-other.begun
	ctx, stop := context.WithCancel(t.Context())
	stopper := &stopOnNotice{stop: stop}
	All(ctx, []Cell{c}, stopper, func(_ int, _ *Outcome, err error) {
		if !errors.Is(err, ErrInterrupted) {
			t.Errorf("error %v", err)
		}
	})
	close(other.end)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

type stopOnNotice struct {
	listener
	stop context.CancelFunc
}

func (s *stopOnNotice) Notice(*Cell, string) { s.stop() }

// A stop that comes while a cell is published is one all the same: the cells
// behind it are not done, and the caller hears so.
func TestAllIsInterruptedBetweenCells(t *testing.T) {
	p := newPlace(t)
	first, second := p.cell(t, p.path("tiny.yaml"), "runs"), p.cell(t, p.path("tiny.yaml"), "runs")
	second.Recipe.Seed++
	second.Dir += "-other"
	ctx, stop := context.WithCancel(t.Context())
	var heard []error
	All(ctx, []Cell{first, second}, &listener{}, func(_ int, _ *Outcome, err error) {
		stop()
		heard = append(heard, err)
	})
	if len(heard) != 2 || heard[0] != nil || !errors.Is(heard[1], ErrInterrupted) {
		t.Errorf("%v", heard)
	}
}
