package metrics

import (
	"math"
	"math/bits"
	"runtime"
	"sync/atomic"

	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/kernels/parallel"
)

// stream is a counter-based generator: draw i of a stream is a function of its
// key and i, so samples may be drawn in any order, on any number of threads,
// by any Go version.
type stream uint64

// newStream returns the stream of one bootstrap or permutation sample.
func newStream(seed uint64, sample int) stream {
	return stream(splitmix.Mix(splitmix.Mix(seed) ^ uint64(sample)))
}

// bits returns 64 random bits.
func (s stream) bits(i uint64) uint64 { return splitmix.Mix(uint64(s) + i*splitmix.Step) }

// below returns a number from 0 to n-1; its bias is below n/2^64.
func (s stream) below(i uint64, n int) int {
	hi, _ := bits.Mul64(s.bits(i), uint64(n))
	return int(hi)
}

// student returns a number of Student's distribution, by the polar method (Bailey 1994);
// of endlessly many degrees of freedom that is Box and Muller's.
func (d *draws) student(df float64) float64 {
	df = min(df, 1e6)
	rr := df * math.Expm1(-2/df*math.Log(d.unit()))
	return math.Sqrt(rr) * math.Cos(2*math.Pi*d.unit())
}

// resample sets w[i] to how often row i is drawn when len(w) rows are drawn
// with replacement.
func (s stream) resample(w []uint32) {
	clear(w)
	for i := range w {
		w[s.below(uint64(i), len(w))]++
	}
}

// eachSample calls work on samples 0 to n-1, on as many goroutines as may run.
// work returns a function for one goroutine's use, with its own scratch.
func eachSample(n int, work func() func(sample int)) {
	var next atomic.Int64
	parallel.Each(0, min(n, runtime.GOMAXPROCS(0)), func(int) {
		f := work()
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			f(i)
		}
	})
}
