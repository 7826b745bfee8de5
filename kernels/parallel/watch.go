package parallel

import (
	"slices"
	"time"
)

// watch is what looks on while loops run turn by turn.
type watch struct {
	see    func(turns []time.Duration)
	inside bool
}

// Watch has every loop of the pool run turn by turn on its caller, as if for
// Threads goroutines, and tells see how long each turn took, until stop is called. Makespan
// reckons from that what the loop would take on as many processors, which the
// machine need not have. Loops must then begin on one goroutine alone, locked to its
// thread, whose time is counted as Computed does.
func (p *Pool) Watch(see func(turns []time.Duration)) (stop func()) {
	w := &watch{see: see}
	p.watching.Store(w)
	return func() { p.watching.CompareAndSwap(w, nil) }
}

// Watched reports whether loops are watched.
func (p *Pool) Watched() bool { return p != nil && p.watching.Load() != nil }

// loop is For under a watch.
func (w *watch) loop(n int, f func(i int)) {
	if w.inside { // a part of another loop's turn
		for i := range n {
			f(i)
		}
		return
	}
	w.inside = true
	defer func() { w.inside = false }()
	turns := make([]time.Duration, n)
	last := Computed()
	for i := range turns {
		f(i)
		now := Computed() // once a turn: reading it takes half a microsecond, and a step has thousands
		turns[i], last = now-last, now
	}
	w.see(turns)
}

// Makespan returns when the last of so many threads would be done with a loop whose
// turns take that long: each begins with its own span, and then
// takes what is left of the others'.
func Makespan(turns []time.Duration, threads int) time.Duration {
	t := min(threads, len(turns))
	if t == 0 {
		return 0
	}
	next, end, free := make([]int, t), make([]int, t), make([]time.Duration, t)
	for i := range t {
		next[i], end[i] = i*len(turns)/t, (i+1)*len(turns)/t
	}
	for range turns {
		first := 0 // who is free first takes the next turn
		for i, f := range free {
			if f < free[first] {
				first = i
			}
		}
		for k := range t {
			if s := (first + k) % t; next[s] < end[s] {
				free[first] += turns[next[s]]
				next[s]++
				break
			}
		}
	}
	return slices.Max(free)
}
