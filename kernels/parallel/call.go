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
	cpu     int                 // the caller's processor if the workers are to look at theirs, or -1
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
			c.end.send()
		}
	}()
	c.work(own)
}

// signal is what one goroutine sends and another awaits: a while awake, for a
// step's operators follow each other within microseconds and waking a thread
// takes longer than that, then parked, for one that waits long must cost
// nothing.
type signal struct {
	sent   atomic.Bool
	parked atomic.Bool
	wake   chan struct{}
}

const (
	mostBursts = 400 // of pauses: some 50 microseconds
	pauses     = 8   // in one
)

// Pause waits for a moment and leaves the core to its other thread.
func Pause() { pause(pauses) }

// wait returns when send has been called, once for each call, and parks after so
// many bursts.
func (s *signal) wait(bursts int) {
	for {
		for range bursts {
			if s.sent.Load() {
				s.sent.Store(false)
				return
			}
			Pause()
		}
		// A Swap, for emulators run an arm64 Store and the Load behind it in either
		// order, and then neither side would see the other's.
		s.parked.Swap(true)
		// It may have been sent in between, with or without a wake.
		if s.sent.Load() && s.parked.CompareAndSwap(true, false) {
			s.sent.Store(false)
			return
		}
		<-s.wake
		// A sender that was held up behind its Store, which has long been seen,
		// wakes who has nothing to do yet.
		if s.sent.Load() {
			s.sent.Store(false)
			return
		}
	}
}

func (s *signal) send() {
	s.sent.Store(true)
	if s.parked.CompareAndSwap(true, false) {
		s.wake <- struct{}{}
	}
}

// worker is a goroutine of the pool.
type worker struct {
	start signal
	c     *call // what to do, set before start is sent
	cpu   atomic.Int64
	_     [2 * cacheLine]byte // its neighbour waits for another signal
}

// loop works at every call that is sent, until one without a function is.
func (w *worker) loop(before []*worker, bursts int) {
	for {
		w.start.wait(bursts)
		if w.c.f == nil {
			return
		}
		if w.c.cpu >= 0 {
			w.moveApart(before)
		}
		w.c.serve(len(before) + 1)
	}
}

// callsALook is how many calls go by between two looks at the processors.
const callsALook = 16

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
