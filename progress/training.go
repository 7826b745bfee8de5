// Package progress shows on a terminal how far something is, and where there is none
// says so now and then.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/lmkor/bench/trainers"
)

// Training shows one training: a bar with loss, tokens a second and time left
// on a terminal, else a line now and then.
type Training struct {
	w     io.Writer
	label string

	container *mpb.Progress
	bar       *mpb.Bar

	mu     sync.Mutex // the bar reads from its own goroutine
	last   trainers.StepEvent
	rate   float64 // tokens a second, smoothed
	start  time.Time
	first  int // the step before the first one seen: a resumed run begins late
	spoken time.Time
}

// lineEvery is how often a training speaks where there is no terminal.
const lineEvery = 15 * time.Second

// NewTraining returns what shows a training under a name.
func NewTraining(w io.Writer, label string) *Training {
	p := &Training{w: w, label: label, start: time.Now(), spoken: time.Now()}
	if Terminal(w) != nil {
		p.container = mpb.New(mpb.WithOutput(w), mpb.WithWidth(24), mpb.WithRefreshRate(120*time.Millisecond))
	}
	return p
}

// Step hears of an optimizer step.
func (p *Training) Step(e trainers.StepEvent) {
	p.mu.Lock()
	if p.last.Step == 0 {
		p.first, p.start = e.Step-1, time.Now().Add(-e.Elapsed)
	}
	if s := e.Elapsed.Seconds(); s > 0 {
		now := float64(e.Tokens) / s
		if p.rate == 0 {
			p.rate = now
		}
		p.rate = 0.9*p.rate + 0.1*now
	}
	p.last = e
	p.mu.Unlock()
	if p.container != nil {
		if p.bar == nil {
			p.bar = p.container.AddBar(int64(e.Steps),
				mpb.BarRemoveOnComplete(),
				mpb.PrependDecorators(decor.Name(p.label+" ")),
				mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + p.status() })))
		}
		p.bar.SetCurrent(int64(e.Step))
		return
	}
	if time.Since(p.spoken) >= lineEvery {
		p.spoken = time.Now()
		fmt.Fprintf(p.w, "%s: %s\n", p.label, p.status())
	}
}

// status is the line behind the bar.
func (p *Training) status() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.last
	left := "?"
	if done := e.Step - p.first; done > 0 {
		left = (time.Since(p.start) / time.Duration(done) * time.Duration(e.Steps-e.Step)).Round(time.Second).String()
	}
	return fmt.Sprintf("step %d/%d, loss %.4f, %s tokens/s, %s left", e.Step, e.Steps, e.Loss, thousands(p.rate), left)
}

// Eval hears of a scored split.
func (p *Training) Eval(trainers.EvalEvent) {}

// Done takes the bar away.
func (p *Training) Done() {
	if p.container == nil {
		return
	}
	if p.bar != nil {
		p.bar.Abort(true)
	}
	p.container.Wait()
}

// thousands prints a rate to three digits: 980, 1.2k, 35k.
func thousands(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.1fM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.0fk", v/1e3)
	case v >= 1e3:
		return fmt.Sprintf("%.1fk", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}
