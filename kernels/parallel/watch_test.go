package parallel

import (
	"runtime"
	"testing"
	"time"
)

func TestMakespan(t *testing.T) {
	const ms = time.Millisecond
	equal := make([]time.Duration, 34)
	for i := range equal {
		equal[i] = ms
	}
	for _, c := range []struct {
		turns   []time.Duration
		threads int
		want    time.Duration
	}{
		{nil, 4, 0},
		{equal, 1, 34 * ms},
		{equal, 2, 17 * ms},
		{equal, 16, 3 * ms}, // 34 turns of 16 threads: two of them have a third
		{equal, 64, ms},
		{[]time.Duration{9 * ms, ms, ms, ms, ms, ms, ms, ms}, 2, 9 * ms}, // the second takes the first's
		{[]time.Duration{ms, ms, ms, 9 * ms}, 2, 10 * ms},                // its own span in order
	} {
		if got := Makespan(c.turns, c.threads); got != c.want {
			t.Errorf("%v on %d threads takes %v, want %v", c.turns, c.threads, got, c.want)
		}
	}
}

func TestWatch(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p := New(64)
	var loops [][]time.Duration
	stop := p.Watch(func(turns []time.Duration) { loops = append(loops, turns) })
	sum := 0
	p.For(5, func(i int) {
		p.For(3, func(int) { sum++ })                                   // part of the outer loop's turn
		for start := Computed(); Computed()-start < time.Millisecond; { // busy, for waiting does not count
		}
	})
	stop()
	p.For(2, func(int) {})
	if sum != 15 || len(loops) != 1 || len(loops[0]) != 5 {
		t.Fatalf("%d turns, loops %v", sum, loops)
	}
	for _, d := range loops[0] {
		if d < time.Millisecond {
			t.Errorf("a turn of %v, want a millisecond or more", d)
		}
	}
}
