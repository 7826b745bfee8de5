package perf

import (
	"time"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// bandwidth measures the rate at which y += x runs over arrays far larger than
// the caches, on all threads of the pool, in 10^9 bytes a second: two are read and one is
// written.
func bandwidth(pool *parallel.Pool) float64 {
	const n = 32 << 20
	x, y := make([]float32, n), make([]float32, n)
	kernels.Add(pool, y, x) // the pages are mapped on first use
	best := 0.0
	for range 5 {
		start := time.Now()
		kernels.Add(pool, y, x)
		best = max(best, 12*n/time.Since(start).Seconds()/1e9)
	}
	return best
}
