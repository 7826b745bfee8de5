package serving

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/lmkor/bench/models/generation"
)

// writer is the one goroutine that writes texts with a model: continuations and
// summaries, drawn, greedy or by beam search. Texts join and leave between two
// tokens; keys and values of what was read are kept.
type writer struct {
	m      *Model
	limits Limits
	meters *meters
	queue  chan *continuing
	done   chan struct{}
}

// continuing is a request for a text.
type continuing struct {
	ctx    context.Context
	piece  piece
	wrote  func(ids []int32) // the whole so far, after every token; nil: nobody listens
	text   *generation.Continuation
	sent   int
	err    error
	taken  atomic.Bool // by the writer, or by a client that went away before
	finish chan struct{}
}

func newWriter(m *Model, l Limits, meters *meters) (*writer, error) {
	w := &writer{m: m, limits: l, meters: meters, queue: make(chan *continuing, l.Queue), done: make(chan struct{})}
	s, err := w.session()
	if err != nil {
		return nil, err
	}
	go w.loop(s)
	return w, nil
}

// session returns an empty one.
func (w *writer) session() (s *generation.Session, err error) {
	err = w.m.compute(func() error {
		s, err = generation.NewSession(w.m.head.Model)
		return err
	})
	return s, err
}

func (w *writer) close() {
	close(w.queue)
	<-w.done
}

// ask writes a text; wrote, if it is not nil, hears of a text without beams token by
// token, and of one with them when it is whole. It is called from another goroutine
// than the caller's, and no more once ask has returned.
func (w *writer) ask(ctx context.Context, p piece, wrote func(ids []int32)) (generation.Text, error) {
	c := &continuing{ctx: ctx, piece: p, wrote: wrote, finish: make(chan struct{})}
	select {
	case w.queue <- c:
		w.meters.waiting.WithLabelValues(w.m.name).Inc()
	default:
		w.meters.refused.WithLabelValues(w.m.name).Inc()
		return generation.Text{}, errBusy
	}
	select {
	case <-c.finish:
	case <-ctx.Done():
		if c.taken.CompareAndSwap(false, true) {
			return generation.Text{}, ctx.Err()
		}
		<-c.finish // before the next token
	}
	if c.err != nil {
		return generation.Text{}, c.err
	}
	return generation.Text{IDs: c.text.IDs, Score: c.text.Score}, nil
}

func (w *writer) loop(s *generation.Session) {
	defer close(w.done)
	defer func() { _ = w.m.compute(func() error { s.Close(); return nil }) }()
	var running []*continuing
	var waits *continuing // taken from the queue, but there is no room for its beams yet
	for open := true; open || waits != nil || len(running) > 0; {
		for open || waits != nil {
			c := waits
			if waits = nil; c == nil {
				if w.sequences(running) >= w.limits.Together {
					break
				}
				var ok bool
				if c, ok, open = w.next(len(running) == 0); !ok {
					break
				}
			}
			if len(running) > 0 && w.sequences(running)+c.piece.options.Beams > w.limits.Together && c.ctx.Err() == nil {
				waits = c
				break
			}
			if w.join(s, c) {
				running = append(running, c)
			}
		}
		if len(running) == 0 {
			continue
		}
		if err := w.m.compute(func() error { s.Step(); return nil }); err != nil {
			for _, c := range running {
				c.err = err
				close(c.finish)
			}
			running = nil
			_ = w.m.compute(func() error { s.Close(); return nil })
			if fresh, err := w.session(); err == nil { // or the device has failed, and nothing joins any more
				s = fresh
			}
			continue
		}
		w.meters.tokens.WithLabelValues(w.m.name).Add(float64(w.sequences(running)))
		running = w.report(s, running)
	}
}

// sequences returns how many texts are written at once, each beam counted as one.
func (w *writer) sequences(running []*continuing) (n int) {
	for _, c := range running {
		n += c.piece.options.Beams
	}
	return n
}

// next returns a request that waits, or if wait the next to come; more is whether
// others may come.
func (w *writer) next(wait bool) (c *continuing, ok, more bool) {
	if wait {
		c, ok = <-w.queue
		return c, ok, ok
	}
	select {
	case c, ok = <-w.queue:
		return c, ok, ok
	default:
		return nil, false, true
	}
}

// join lets a text join the others, unless nobody wants it any more or it can't be
// written.
func (w *writer) join(s *generation.Session, c *continuing) bool {
	w.meters.waiting.WithLabelValues(w.m.name).Dec()
	if !c.taken.CompareAndSwap(false, true) {
		return false
	}
	if c.err = c.ctx.Err(); c.err == nil {
		c.err = w.m.compute(func() (err error) {
			c.text, err = s.Join(c.piece.prompt, c.piece.options)
			return err
		})
	}
	if c.err != nil {
		close(c.finish)
		return false
	}
	c.sent = len(c.text.IDs)
	w.meters.tokens.WithLabelValues(w.m.name).Add(float64(len(c.piece.prompt)))
	return true
}

// report hands on what was written and returns the texts that go on.
func (w *writer) report(s *generation.Session, running []*continuing) (rest []*continuing) {
	for _, c := range running {
		if n := len(c.text.IDs) - c.sent; n > 0 {
			w.meters.written.WithLabelValues(w.m.name).Add(float64(n))
			if c.sent += n; c.wrote != nil {
				c.wrote(c.text.IDs)
			}
		}
		switch err := c.ctx.Err(); {
		case c.text.Done:
			c.err = c.text.Err
		case err != nil:
			c.err = errors.Join(err, w.m.compute(func() error { s.Leave(c.text); return nil }))
		default:
			rest = append(rest, c)
			continue
		}
		close(c.finish)
	}
	return rest
}
