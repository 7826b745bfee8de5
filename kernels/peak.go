package kernels

import (
	"time"

	"github.com/lmkor/bench/kernels/parallel"
)

// fmaLoop is a loop of independent multiply-adds.
type fmaLoop struct {
	turns func(n int)
	flops int // a turn
}

var sink float32

// fmaTurnsGo is the loop in plain Go: eight chains with different start values,
// so that the compiler can't merge them.
func fmaTurnsGo(n int) {
	a, b, c, d, e, f, g, h := float32(1), float32(2), float32(3), float32(4), float32(5), float32(6), float32(7), float32(8)
	x, y := sink+0.5, sink+0.25
	for range n {
		a = a*x + y
		b = b*x + y
		c = c*x + y
		d = d*x + y
		e = e*x + y
		f = f*x + y
		g = g*x + y
		h = h*x + y
	}
	if a+b+c+d+e+f+g+h == 12345 {
		sink = a
	}
}

// PeakFMA measures the multiply-add rate of the kernels in use, in GFLOP/s on
// all threads of the pool: the best of several short rounds.
func PeakFMA(pool *parallel.Pool) float64 { return peakOf(pool, chosen.peak) }

func peakOf(pool *parallel.Pool, loop fmaLoop) float64 {
	const turns = 1 << 20
	threads := pool.Threads()
	best := 0.0
	for range 40 { // of two milliseconds: the workers have to wake and to part first
		start := time.Now()
		pool.For(threads, func(int) { loop.turns(turns) })
		best = max(best, float64(threads)*turns*float64(loop.flops)/time.Since(start).Seconds()/1e9)
	}
	return best
}
