package kernels

import (
	"runtime"
	"sync"
	"sync/atomic"
)

var threads atomic.Int64

// SetThreads sets how many goroutines Parallel may use; n < 1 means GOMAXPROCS.
// It does not change any result.
func SetThreads(n int) {
	if n < 1 {
		n = runtime.GOMAXPROCS(0)
	}
	threads.Store(int64(n))
}

// Threads returns how many goroutines Parallel may use.
func Threads() int {
	if n := threads.Load(); n > 0 {
		return int(n)
	}
	return runtime.GOMAXPROCS(0)
}

// call is one Parallel in progress.
type call struct {
	f       func(i int)
	n       int64
	next    atomic.Int64
	workers atomic.Int64 // still at it
	done    chan struct{}
	failed  atomic.Pointer[any] // the first panic of a worker
}

// work takes indices until none is left.
func (c *call) work() {
	for {
		i := c.next.Add(1) - 1
		if i >= c.n {
			return
		}
		c.f(int(i))
	}
}

// pool holds the workers that have been started. They are started when first
// needed and stay; one that waits is parked on its channel and costs nothing.
var pool struct {
	busy    sync.Mutex // held by the call that has the workers
	started []chan *call
	free    call
}

// spins is how often a worker looks for the next call before it parks, letting
// others run in between: a step's operators follow each other within
// microseconds, and waking a thread takes longer than that.
const spins = 64

func worker(calls chan *call) {
	for {
		var c *call
		for i := 0; c == nil && i < spins; i++ {
			select {
			case c = <-calls:
			default:
				runtime.Gosched()
			}
		}
		if c == nil {
			c = <-calls
		}
		c.serve()
	}
}

// serve works and reports the end; a panic goes to the caller of Parallel.
func (c *call) serve() {
	defer func() {
		if p := recover(); p != nil {
			c.next.Store(c.n)
			first := p // only here, for it is allocated
			c.failed.CompareAndSwap(nil, &first)
		}
		if c.workers.Add(-1) == 0 {
			c.done <- struct{}{}
		}
	}()
	c.work()
}

// Parallel calls f on every i in [0, n), on up to Threads goroutines, and
// returns when all are done. Which goroutine gets which i is not determined,
// so f(i) must write only what belongs to i. A call from inside f, or while
// another goroutine's call has the workers, runs alone. A panic of f is the
// caller's.
func Parallel(n int, f func(i int)) {
	t := min(Threads(), n)
	if t <= 1 || !pool.busy.TryLock() {
		for i := range n {
			f(i)
		}
		return
	}
	defer pool.busy.Unlock()
	for len(pool.started) < t-1 {
		calls := make(chan *call, 1)
		pool.started = append(pool.started, calls)
		go worker(calls)
	}
	c := &pool.free
	if c.done == nil {
		c.done = make(chan struct{}, 1)
	}
	c.f, c.n = f, int64(n)
	c.next.Store(0)
	c.workers.Store(int64(t))
	for _, calls := range pool.started[:t-1] {
		calls <- c
	}
	c.serve()
	<-c.done
	c.f = nil
	if p := c.failed.Swap(nil); p != nil {
		panic(*p)
	}
}
