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

// Parallel calls f on every i in [0, n), on up to Threads goroutines, and
// returns when all are done. Which goroutine gets which i is not determined,
// so f(i) must write only what belongs to i. A call from inside f runs alone.
func Parallel(n int, f func(i int)) {
	t := min(Threads(), n)
	if t <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			f(i)
		}
	}
	var wg sync.WaitGroup
	for range t - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
