package serving

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/ops"
)

// lane is the one goroutine that computes with a model, and the requests that
// wait for it. Requests for the same operation that wait together are computed
// together, up to a number of tokens; no answer depends on which these are.
type lane struct {
	m      *Model
	limits Limits
	meters *meters
	queue  chan *job
	memory func() ops.Backend
	mem    ops.Backend // one of them; on the processor a new one after a panic
	done   chan struct{}
}

// operation is what a lane does with the inputs of several requests at once: an
// output for each.
type operation struct {
	name string
	run  func(ctx context.Context, mem ops.Backend, inputs []any) ([]any, error)
}

// job is a request that waits for a lane.
type job struct {
	ctx    context.Context
	op     *operation
	input  any
	tokens int

	output any
	err    error
	done   chan struct{}
}

// errBusy says that as many requests wait as may.
var errBusy = errors.New("too many requests wait for this model: try again later")

// panicError is a panic of a computation.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// guarded calls f; a panic is a *panicError, a device's failure itself.
func guarded(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *device.Failure:
			err = p
		default:
			err = &panicError{p, debug.Stack()}
		}
	}()
	return f()
}

func newLane(model *Model, l Limits, m *meters, memory func() ops.Backend) *lane {
	n := &lane{m: model, limits: l, meters: m, queue: make(chan *job, l.Queue),
		memory: memory, mem: memory(), done: make(chan struct{})}
	go n.loop()
	return n
}

// close lets the goroutine end behind the requests that wait. Nothing may be asked
// any more.
func (n *lane) close() {
	close(n.queue)
	<-n.done
}

// ask puts a request behind those that wait and returns its output. The error is
// errBusy if too many do, that of ctx if it is cancelled before, or the
// operation's.
func (n *lane) ask(ctx context.Context, op *operation, input any, tokens int) (any, error) {
	j := &job{ctx: ctx, op: op, input: input, tokens: tokens, done: make(chan struct{})}
	select {
	case n.queue <- j:
		n.meters.waiting.WithLabelValues(n.m.name).Inc()
	default:
		n.meters.refused.WithLabelValues(n.m.name).Inc()
		return nil, errBusy
	}
	select {
	case <-j.done:
		return j.output, j.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *lane) loop() {
	defer close(n.done)
	var next *job // gathered, but not for the batch at hand
	for {
		first := next
		if next = nil; first == nil {
			j, ok := <-n.queue
			if !ok {
				return
			}
			first = j
		}
		var batch []*job
		batch, next = n.gather(first)
		n.meters.waiting.WithLabelValues(n.m.name).Sub(float64(len(batch)))
		n.compute(batch)
	}
}

// gather adds to a request those that wait for the same operation, while there is
// room for their tokens and until the deadline; next is the first that does not
// fit.
func (n *lane) gather(first *job) (batch []*job, next *job) {
	batch, tokens := []*job{first}, first.tokens
	deadline := time.NewTimer(n.limits.Wait)
	defer deadline.Stop()
	for tokens < n.limits.BatchTokens {
		j := n.nextBefore(deadline.C)
		switch {
		case j == nil:
			return batch, nil
		case j.op != first.op || tokens+j.tokens > n.limits.BatchTokens:
			return batch, j
		}
		batch, tokens = append(batch, j), tokens+j.tokens
	}
	return batch, nil
}

// nextBefore returns a request that waits already, however late it is, or else the
// first to come before the deadline; nil: none comes.
func (n *lane) nextBefore(deadline <-chan time.Time) *job {
	select {
	case j := <-n.queue:
		return j
	default:
	}
	select {
	case j := <-n.queue: // nil once it is closed
		return j
	case <-deadline:
		return nil
	}
}

// compute answers a batch. Where it fails, each request is computed alone, so that
// none fails for another.
func (n *lane) compute(batch []*job) {
	var wanted []*job
	for _, j := range batch {
		if j.err = j.ctx.Err(); j.err != nil {
			close(j.done)
			continue
		}
		wanted = append(wanted, j)
	}
	if len(wanted) == 0 {
		return
	}
	tokens := 0
	for _, j := range wanted {
		tokens += j.tokens
	}
	n.meters.batch.WithLabelValues(n.m.name).Observe(float64(len(wanted)))
	n.meters.tokens.WithLabelValues(n.m.name).Add(float64(tokens))
	if err := n.run(wanted); err != nil && len(wanted) > 1 && !failed(err) {
		for _, j := range wanted {
			if j.err = j.ctx.Err(); j.err == nil {
				j.err = n.run([]*job{j})
			}
		}
	} else {
		for _, j := range wanted {
			j.err = err
		}
	}
	for _, j := range wanted {
		close(j.done)
	}
}

// failed tells whether an error is the end of the device.
func failed(err error) bool {
	var f *device.Failure
	return errors.As(err, &f)
}

// run computes requests together. It stops when nobody waits for them any more.
func (n *lane) run(jobs []*job) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var left atomic.Int64
	left.Store(int64(len(jobs)))
	inputs := make([]any, len(jobs))
	for i, j := range jobs {
		inputs[i] = j.input
		defer context.AfterFunc(j.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})()
	}
	var outputs []any
	err := n.m.compute(func() (err error) {
		outputs, err = jobs[0].op.run(ctx, n.mem, inputs)
		return err
	})
	var p *panicError
	if errors.As(err, &p) {
		n.mem = n.memory()
	}
	if err != nil {
		return err
	}
	for i, j := range jobs {
		j.output = outputs[i]
	}
	return nil
}
