package parallel

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Pool is a number of threads, and the workers that have been started on them:
// when first needed, and for as long as somebody holds the pool. It is for use by
// any number of goroutines, of which one at a time has the workers. A nil pool is
// the caller's goroutine alone.
type Pool struct {
	threads  int
	crew     *crew
	watching atomic.Pointer[watch]
}

// crew are a pool's workers. They do not know the pool, so that one that nobody
// holds any more is collected, and they with it.
type crew struct {
	busy    sync.Mutex // held by the call that has the workers
	bursts  int        // that they wait awake
	started []*worker
	free    call
	calls   int
	cpus    []int // see taken
}

// New returns a pool of so many threads; n < 1 means GOMAXPROCS. Their number
// changes no result.
func New(n int) *Pool {
	cores := runtime.GOMAXPROCS(0)
	if n < 1 {
		n = cores
	}
	c := &crew{bursts: mostBursts}
	if n > min(runtime.NumCPU(), cores) {
		c.bursts = 0 // somebody else could work meanwhile
	}
	c.free.end.ready(c.bursts)
	p := &Pool{threads: n, crew: c}
	runtime.AddCleanup(p, (*crew).dismiss, c)
	return p
}

// Threads returns how many goroutines For may use.
func (p *Pool) Threads() int {
	if p == nil {
		return 1
	}
	return p.threads
}

// Bursts returns how many bursts of Pause to wait before parking: none where
// threads have to share processors.
func (p *Pool) Bursts() int { return p.crew.bursts }

// For calls f on every i in [0, n), on up to Threads goroutines, and
// returns when all are done. Each begins with its own span of neighbouring
// indices; which goroutine gets which i is not determined, so f(i) must write
// only what belongs to i. A call from inside f, or while
// another goroutine's call has the workers, runs alone. A panic of f is the
// caller's.
func (p *Pool) For(n int, f func(i int)) {
	if p.Watched() {
		p.watching.Load().loop(n, f)
		return
	}
	t := min(p.Threads(), n)
	if t <= 1 || !p.crew.busy.TryLock() {
		for i := range n {
			f(i)
		}
		return
	}
	defer runtime.KeepAlive(p) // a pool that is collected dismisses its workers
	defer p.crew.busy.Unlock()
	p.crew.run(n, t, f)
}

// Chunks is For over parts of [0, n) of so many indices, the last of the rest.
func (p *Pool) Chunks(n, size int, f func(from, to int)) {
	p.For((n+size-1)/size, func(i int) { f(i*size, min(n, (i+1)*size)) })
}

// run divides a loop among t threads, the caller's one of them.
func (c *crew) run(n, t int, f func(i int)) {
	for len(c.started) < t-1 {
		w := &worker{}
		w.start.ready(c.bursts)
		w.cpu.Store(none)
		c.started = append(c.started, w)
		go w.loop(slices.Clone(c.started[:len(c.started)-1]), c.bursts)
	}
	l := &c.free
	l.f, l.cpu = f, none
	if c.calls%callsALook == 0 && c.bursts > 0 {
		l.cpu = processor()
	}
	c.calls++
	l.split(n, t)
	l.workers.Store(int64(t))
	for i, w := range c.started[:t-1] {
		w.c = l
		w.start.send(func() []int { return c.taken(i) })
	}
	l.serve(0)
	l.end.wait(c.bursts)
	l.f = nil
	if p := l.failed.Swap(nil); p != nil {
		panic(*p)
	}
}

// taken returns the processors of the first n workers, as far as they are known.
func (c *crew) taken(n int) []int {
	c.cpus = c.cpus[:0]
	for _, w := range c.started[:n] {
		c.cpus = append(c.cpus, int(w.cpu.Load()))
	}
	return c.cpus
}

// dismiss ends the workers.
func (c *crew) dismiss() {
	for _, w := range c.started {
		w.c = &c.free
		w.start.send(nobody)
	}
}

// Each calls f on every i in [0, n) on up to so many goroutines, below 1 on as many as
// there are cores, ones of its own: for turns so long that starting these is nothing
// beside. A panic of f is the caller's.
func Each(threads, n int, f func(i int)) {
	c := &call{f: f}
	t := runtime.GOMAXPROCS(0)
	if threads > 0 {
		t = min(t, threads)
	}
	t = min(t, n)
	if t <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	c.end.ready(0)
	c.split(n, t)
	c.workers.Store(int64(t))
	for own := 1; own < t; own++ {
		go c.serve(own)
	}
	c.serve(0)
	c.end.wait(0)
	if p := c.failed.Load(); p != nil {
		panic(*p)
	}
}
