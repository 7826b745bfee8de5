package kernels

import (
	"sync"
	"sync/atomic"

	"github.com/lmkor/bench/kernels/parallel"
)

// jobQueue are products in the making by several threads. They are seldom equally
// fast, and whoever has no job left computes rows of the others': who computes a
// row makes no difference to it.
type jobQueue struct {
	t          *tile
	pool       *parallel.Pool
	products   []Product
	partitions []partition
	jobs       []openJob
}

// openJob is a job that others may join once its owner has packed the last of its
// columns.
type openJob struct {
	job                   // as all who join it find it
	of, part int          // which part of which product it is
	threads  int          // of the pool
	who      int          // its owner, whose buffers are used
	taken    atomic.Bool  // somebody is its owner
	next     atomic.Int64 // the first tile of rows that nobody has taken
	users    atomic.Int64 // who reads what is packed: 0 before, closed afterwards
}

const closed = -1 << 32

// spareQueues lends them.
var spareQueues = sync.Pool{New: func() any { return new(jobQueue) }}

// add adds a product, split so that several threads have the same to do.
func (q *jobQueue) add(g *Product, threads int) {
	c := g.partition(q.t)
	c.across, c.down = grid(threads, c.across, c.panels, c.tiles)
	q.products = append(q.products, *g)
	q.partitions = append(q.partitions, c)
}

// run computes the products on the pool, and forgets them.
func (q *jobQueue) run() {
	n := 0
	for _, c := range q.partitions {
		n += c.across * c.down
	}
	if cap(q.jobs) < n {
		q.jobs = make([]openJob, n)
	}
	q.jobs = q.jobs[:n]
	at := 0
	for of, c := range q.partitions {
		for part := range c.across * c.down {
			o := &q.jobs[at]
			o.of, o.part, o.threads = of, part, q.pool.Threads()
			o.taken.Store(false)
			o.users.Store(0)
			at++
		}
	}
	if q.pool.Watched() { // how long each job takes, not who has it
		q.pool.For(len(q.jobs), q.one)
	} else {
		q.pool.For(q.pool.Threads(), q.do)
	}
	clear(q.products)
	q.pool = nil
	q.products, q.partitions = q.products[:0], q.partitions[:0]
	for i := range q.jobs {
		q.jobs[i].job = job{}
	}
}

// do runs jobs, beginning with the share of participant i, until all have an
// owner, and then helps with what is left of them.
func (q *jobQueue) do(i int) {
	n := len(q.jobs)
	var last *openJob // of its own; what it packed for that stays until it has helped
	for k, first := 0, i*n/q.pool.Threads(); k < n; k++ {
		if at := (first + k) % n; q.jobs[at].taken.CompareAndSwap(false, true) {
			if last != nil {
				last.leave()
			}
			last = q.own(at, i)
		}
	}
	q.help(i, last)
	if last != nil {
		last.leave()
	}
}

// one runs job i, with nobody beside.
func (q *jobQueue) one(i int) { q.own(i, 0).leave() }

// own runs job i for a participant, which is to leave it.
func (q *jobQueue) own(i, who int) *openJob {
	o := &q.jobs[i]
	o.who = who
	j := q.products[o.of].job(q.t, q.partitions[o.of], o.part)
	defer func() {
		o.users.CompareAndSwap(0, closed) // a panic: nobody is to wait for it
	}()
	j.runShared(o)
	return o
}

// help joins the jobs that are still open, and waits a while for those that are
// not yet. Of a job with the same columns as the last of its own it has packed them itself,
// and so has them near; but one of few rows packs none that it reads where they lie.
func (q *jobQueue) help(who int, last *openJob) {
	for range max(1, q.pool.Bursts()) {
		early := false
		for i := range q.jobs {
			o := &q.jobs[i]
			users := o.users.Load()
			early = early || users == 0
			if users > 0 && int(o.next.Load()) < o.t1 && o.users.CompareAndSwap(users, users+1) {
				j := o.job
				if last != nil && last.of == o.of && last.p0 == o.p0 && last.p1 == o.p1 && last.fewRows() == o.fewRows() {
					j.pb = last.pb
				}
				buf := borrow(j.scratchFloats(), who)
				j.useScratch(buf)
				o.work(&j)
				release(buf, who)
			}
		}
		if !early {
			return
		}
		parallel.Pause()
	}
}

// open lets others join the job, and works at it until no rows are left. The owner
// remains one of its users.
func (o *openJob) open(j *job) {
	o.job = *j
	o.next.Store(int64(j.t0))
	o.users.Store(2)
	o.work(j)
}

// leave ends a use. Whoever is the last to leave gives back what is packed.
func (o *openJob) leave() {
	if o.users.Add(-1) == 0 {
		o.users.Store(closed)
		release(o.pb, o.who)
	}
}

// work computes rows until none are left, and leaves.
func (o *openJob) work(j *job) {
	defer o.leave()
	for {
		from, to := o.claim()
		if from == to {
			return
		}
		j.tileRange(from, to)
	}
}

// claim returns tiles that nobody else has: few of them towards the end.
func (o *openJob) claim() (from, to int) {
	for {
		at := o.next.Load()
		left := o.t1 - int(at)
		if left <= 0 {
			return 0, 0
		}
		n := min(o.t.group, max(1, left/o.threads))
		if o.next.CompareAndSwap(at, at+int64(n)) {
			return int(at), int(at) + n
		}
	}
}
