package kernels

import (
	"sync"
	"sync/atomic"
)

// sharing are products in the making by several threads. They are seldom equally
// fast, and whoever has no job left computes rows of the others': who computes a
// row makes no difference to it.
type sharing struct {
	t        *tile
	products []Product
	cuts     []cutting
	jobs     []shared
}

// shared is a job that others may join once its owner has packed the last of its
// columns.
type shared struct {
	job                   // as all who join it find it
	of, part int          // which part of which product it is
	taken    atomic.Bool  // somebody is its owner
	next     atomic.Int64 // the first tile of rows that nobody has taken
	users    atomic.Int64 // who reads what is packed: 0 before, closed afterwards
}

const closed = -1 << 32

// spareSharings lends them.
var spareSharings = sync.Pool{New: func() any { return new(sharing) }}

// add adds a product, cut so that several threads have the same to do.
func (s *sharing) add(g *Product, threads int) {
	c := g.cut(s.t)
	c.across, c.down = grid(threads, c.across, c.panels, c.tiles)
	s.products = append(s.products, *g)
	s.cuts = append(s.cuts, c)
}

// run computes the products on the pool, and forgets them.
func (s *sharing) run() {
	n := 0
	for _, c := range s.cuts {
		n += c.across * c.down
	}
	if cap(s.jobs) < n {
		s.jobs = make([]shared, n)
	}
	s.jobs = s.jobs[:n]
	at := 0
	for of, c := range s.cuts {
		for part := range c.across * c.down {
			o := &s.jobs[at]
			o.of, o.part = of, part
			o.taken.Store(false)
			o.users.Store(0)
			at++
		}
	}
	Parallel(Threads(), s.do)
	clear(s.products)
	s.products, s.cuts = s.products[:0], s.cuts[:0]
	for i := range s.jobs {
		s.jobs[i].job = job{}
	}
}

// do runs jobs, beginning with the share of participant i, until all have an
// owner, and then helps with what is left of them.
func (s *sharing) do(i int) {
	n := len(s.jobs)
	for k, first := 0, i*n/Threads(); k < n; k++ {
		if at := (first + k) % n; s.jobs[at].taken.CompareAndSwap(false, true) {
			s.own(at)
		}
	}
	s.help()
}

// own runs job i.
func (s *sharing) own(i int) {
	o := &s.jobs[i]
	j := s.products[o.of].job(s.t, s.cuts[o.of], o.part)
	defer func() {
		o.users.CompareAndSwap(0, closed) // a panic: nobody is to wait for it
	}()
	j.runShared(o)
}

// help joins the jobs that are still open, and waits a while for those that are
// not yet.
func (s *sharing) help() {
	for range max(1, awake()) {
		early := false
		for i := range s.jobs {
			o := &s.jobs[i]
			users := o.users.Load()
			early = early || users == 0
			if users > 0 && int(o.next.Load()) < o.t1 && o.users.CompareAndSwap(users, users+1) {
				j := o.job
				buf := borrow(j.needs())
				j.settle(buf)
				o.work(&j)
				giveBack(buf)
			}
		}
		if !early {
			return
		}
		pause(pauses)
	}
}

// open lets others join the job, and works at it until no rows are left.
func (o *shared) open(j *job) {
	o.job = *j
	o.next.Store(int64(j.t0))
	o.users.Store(1)
	o.work(j)
}

// work computes rows until none are left. Whoever is the last to leave gives back
// what is packed.
func (o *shared) work(j *job) {
	defer func() {
		if o.users.Add(-1) == 0 {
			o.users.Store(closed)
			giveBack(o.pb)
		}
	}()
	for {
		from, to := o.take()
		if from == to {
			return
		}
		j.some(from, to)
	}
}

// take returns tiles that nobody else has: few of them towards the end.
func (o *shared) take() (from, to int) {
	for {
		at := o.next.Load()
		left := o.t1 - int(at)
		if left <= 0 {
			return 0, 0
		}
		n := min(group, max(1, left/Threads()))
		if !o.TA {
			n = 1
		}
		if o.next.CompareAndSwap(at, at+int64(n)) {
			return int(at), int(at) + n
		}
	}
}
