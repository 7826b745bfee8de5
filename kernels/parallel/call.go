// Package parallel runs a loop's turns on several goroutines: a pool's, which wait
// awake for a while, since a training step's loops follow each other within
// microseconds, or ones of the loop's own.
package parallel

import "sync/atomic"

const cacheLine = 64

// call is one For in progress. What all read at every turn, what each writes at its
// end, and what the caller waits for lie on lines of their own.
type call struct {
	f       func(i int)
	spans   []span              // one for each who works at it
	cpu     int                 // the caller's processor if the workers are to look at theirs, or none
	failed  atomic.Pointer[any] // the first panic of a worker
	_       [cacheLine]byte
	workers atomic.Int64 // still at it
	_       [cacheLine]byte
	end     signal
	_       [cacheLine]byte
}

// span is a range of indices, taken in ascending order. Whoever begins with it
// had the neighbouring rows in the operator before, and so has them near: on
// another core's cache, let alone another chip's, they are several times as far.
type span struct {
	next atomic.Int64
	end  int64
	_    [cacheLine - 16]byte
}

// split divides n indices into t spans.
func (c *call) split(n, t int) {
	for len(c.spans) < t {
		c.spans = append(c.spans, span{})
	}
	c.spans = c.spans[:t]
	for i := range c.spans {
		s := &c.spans[i]
		s.next.Store(int64(i * n / t))
		s.end = int64((i + 1) * n / t)
	}
}

// work takes the indices of the own span, then those that are left of the
// others'.
func (c *call) work(own int) {
	for k := range c.spans {
		s := &c.spans[(own+k)%len(c.spans)]
		for s.next.Load() < s.end { // a look costs others nothing
			if i := s.next.Add(1) - 1; i < s.end {
				c.f(int(i))
			}
		}
	}
}

// abandon leaves all indices that nobody has taken.
func (c *call) abandon() {
	for i := range c.spans {
		c.spans[i].next.Store(c.spans[i].end)
	}
}

// serve works and reports the end; a panic goes to the caller of For.
func (c *call) serve(own int) {
	defer func() {
		if p := recover(); p != nil {
			c.abandon()
			first := p // only here, for it is allocated
			c.failed.CompareAndSwap(nil, &first)
		}
		if c.workers.Add(-1) == 0 {
			c.end.send(nobody)
		}
	}()
	c.work(own)
}

// worker is a goroutine of the pool.
type worker struct {
	start signal
	c     *call               // what to do, set before start is sent
	cpu   atomic.Int64        // that it had when it looked last, or none
	_     [2 * cacheLine]byte // its neighbour waits for another signal
}

// loop works at every call that is sent, until one without a function is.
func (w *worker) loop(before []*worker, bursts int) {
	for {
		slept := w.start.wait(bursts)
		switch {
		case w.c.f == nil:
			return
		case w.c.cpu != none:
			w.moveApart(before)
		case slept && bursts > 0:
			w.cpu.Store(int64(processor()))
		}
		w.c.serve(len(before) + 1)
	}
}

// none is in the place of a processor that is not known.
const none = -1

// callsALook is how many calls go by between two looks at the processors: a look
// may take a quarter of a microsecond of each thread.
const callsALook = 4

// moveApart moves the worker if the caller or a worker before it has the same
// processor: the system places a thread when it wakes, and leaves two that
// hardly sleep where they are for long, though the next processor idles.
func (w *worker) moveApart(before []*worker) {
	cpu := int64(processor())
	taken := []int{w.c.cpu}
	alone := cpu != int64(w.c.cpu)
	for _, other := range before {
		o := other.cpu.Load()
		taken = append(taken, int(o))
		alone = alone && o != cpu
	}
	if !alone {
		avoid(taken)
		cpu = int64(processor())
	}
	w.cpu.Store(cpu)
}
