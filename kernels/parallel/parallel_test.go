package parallel

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestForCallsEachOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 8, 64} {
		p := New(threads)
		for _, n := range []int{0, 1, 2, 7, 1000} {
			seen := make([]atomic.Int64, n)
			p.For(n, func(i int) {
				p.For(3, func(int) { seen[i].Add(1) })
			})
			for i := range seen {
				if c := seen[i].Load(); c != 3 {
					t.Fatalf("%d threads: index %d of %d ran %d times, want 3", threads, i, n, c)
				}
			}
		}
	}
}

func TestForBeginsWithItsOwnSpan(t *testing.T) {
	p := New(3)
	var mu sync.Mutex
	var first []int
	p.For(12, func(i int) {
		mu.Lock()
		first = append(first, i)
		mu.Unlock()
		for { // the first call of each waits for all three
			mu.Lock()
			n := len(first)
			mu.Unlock()
			if n >= 3 {
				return
			}
			runtime.Gosched()
		}
	})
	if got := first[:3]; !slices.Contains(got, 0) || !slices.Contains(got, 4) || !slices.Contains(got, 8) {
		t.Errorf("three threads began 12 indices with %v, want 0, 4 and 8", got)
	}
}

func TestForFromManyGoroutines(t *testing.T) {
	p := New(3)
	var wg sync.WaitGroup
	var sum atomic.Int64
	for range 8 {
		wg.Go(func() {
			for range 200 {
				p.For(5, func(i int) { sum.Add(int64(i)) })
			}
		})
	}
	wg.Wait()
	if got := sum.Load(); got != 8*200*10 {
		t.Errorf("sum is %d, want %d", got, 8*200*10)
	}
}

func TestForPanicsInItsCaller(t *testing.T) {
	p := New(4)
	for range 50 {
		func() {
			defer func() {
				if p := recover(); p != "seven" {
					t.Fatalf("recovered %v, want seven", p)
				}
			}()
			p.For(20, func(i int) {
				if i == 7 {
					panic("seven")
				}
			})
		}()
	}
	n := 0
	p.For(3, func(int) { n++ })
	if n != 3 {
		t.Errorf("after panics, %d calls, want 3", n)
	}
}

func TestForStartsNoGoroutineACall(t *testing.T) {
	p := New(3)
	p.For(9, func(int) {})
	before := runtime.NumGoroutine()
	f := func(int) {}
	if a := testing.AllocsPerRun(100, func() { p.For(9, f) }); a > 0 {
		t.Errorf("%v allocations a call", a)
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, before %d", now, before)
	}
}

// A signal is seen once for every time it is sent, though both sides are held up
// anywhere.
func TestSignal(t *testing.T) {
	for _, bursts := range []int{mostBursts, 0} { // awake for a while, and parked at once
		var there, back signal
		there.ready(bursts)
		back.ready(bursts)
		const rounds = 4000
		box := 0 // the race detector's
		go func() {
			for range rounds {
				there.wait(bursts)
				box++
				back.send(nobody)
			}
		}()
		var stop atomic.Bool
		for range 2 * runtime.GOMAXPROCS(0) { // others who want the processors
			go func() {
				for !stop.Load() {
					runtime.Gosched()
				}
			}()
		}
		for i := range rounds {
			if box != i {
				t.Fatalf("%d bursts: box is %d before round %d", bursts, box, i)
			}
			there.send(nobody)
			back.wait(bursts)
		}
		stop.Store(true)
	}
}

// A sender that is held up after it was heard wakes its hearer's next wait, which
// must not take that for a signal.
func TestSignalOfALateSender(t *testing.T) {
	var s signal
	s.ready(mostBursts)
	heard := make(chan int, 2)
	go func() {
		for i := range 2 {
			s.wait(mostBursts)
			heard <- i
		}
	}()
	s.sent.Store(true) // the first half of send
	<-heard
	for !s.parked.Load() {
		runtime.Gosched()
	}
	s.parked.Store(false) // and the second
	if s.wake != nil {
		s.wake <- struct{}{}
	} else {
		s.bed.rouse(none, nil)
	}
	for !s.parked.Load() { // it goes back to sleep
		select {
		case <-heard:
			t.Fatal("heard a signal that was not sent")
		default:
			runtime.Gosched()
		}
	}
	s.send(nobody)
	if i := <-heard; i != 1 {
		t.Errorf("heard signal %d, want 1", i)
	}
}

func BenchmarkFor(b *testing.B) {
	p := New(0)
	f := func(int) {}
	for b.Loop() {
		p.For(2, f)
	}
}

// No more turns run at once than there are threads, and those of one in order.
func TestEachOfSoManyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, threads := range []int{1, 2, 3} {
		var now, most atomic.Int64
		Each(threads, 12, func(int) {
			n := now.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			for range 1000 {
				runtime.Gosched()
			}
			now.Add(-1)
		})
		if n := most.Load(); n > int64(threads) {
			t.Errorf("%d threads: %d turns at once", threads, n)
		}
	}
	var order []int
	Each(1, 5, func(i int) { order = append(order, i) })
	if !slices.Equal(order, []int{0, 1, 2, 3, 4}) {
		t.Errorf("one thread: turns %v", order)
	}
}

func TestEach(t *testing.T) {
	seen := make([]atomic.Int64, 100)
	Each(0, len(seen), func(i int) { seen[i].Add(1) })
	for i := range seen {
		if n := seen[i].Load(); n != 1 {
			t.Errorf("index %d ran %d times", i, n)
		}
	}
	defer func() {
		if p := recover(); p != "seven" {
			t.Errorf("recovered %v, want seven", p)
		}
	}()
	Each(0, 20, func(i int) {
		if i == 7 {
			panic("seven")
		}
	})
}

// The workers of a pool that nobody holds end.
func TestWorkersEndWithTheirPool(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		p := New(4)
		p.For(8, func(int) {})
		p.For(8, func(int) {})
	}
	for range 200 {
		runtime.GC()
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, before %d", runtime.NumGoroutine(), before)
}

func TestNilPoolIsTheCallerAlone(t *testing.T) {
	var p *Pool
	var order []int
	p.For(3, func(i int) { order = append(order, i) })
	if !slices.Equal(order, []int{0, 1, 2}) || p.Threads() != 1 {
		t.Errorf("%v on %d threads", order, p.Threads())
	}
}
