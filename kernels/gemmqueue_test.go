package kernels

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lmkor/bench/kernels/parallel"
)

// While one thread is held up in a tile of rows, the other computes the rest of
// its job.
func TestGemmHelpsWhoeverIsHeldUp(t *testing.T) {
	if runtime.NumCPU() < 2 || runtime.GOMAXPROCS(0) < 2 {
		t.Skip("one processor")
	}
	pool := parallel.New(2)
	for _, c := range []struct {
		ta   bool
		m, n int
	}{{false, 300, 256}, {true, 300, 256}, {false, 529, 64}, {true, 529, 64}} {
		// The narrow ones are cut into rows: both threads have packed all columns.
		const k = 500
		ta, m, n, lda := c.ta, c.m, c.n, k
		if ta {
			lda = m
		}
		a, b, got, want := numbers(m*k, 1), numbers(n*k, 2), make([]float32, m*n), make([]float32, m*n)
		Gemms(pool, Product{TA: ta, TB: true, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: k, C: want, LDC: n})
		helped := false
		var finished atomic.Int64
		var held atomic.Bool
		Gemms(pool, Product{TA: ta, TB: true, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: k, C: got, LDC: n,
			Then: Epilogue{watch: func(i, rows, j, cols int) {
				if held.CompareAndSwap(false, true) {
					// The other has all of its own job before it, if it has begun at all.
					for start := time.Now(); time.Since(start) < 2*time.Minute && !helped; runtime.Gosched() {
						// Up to what the held thread may have taken beside this tile.
						helped = finished.Load() >= int64(m*n-chosen.tile.group*chosen.tile.mr*cols)
					}
				}
				finished.Add(int64(rows * cols))
			}}})
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%+v: element %d is %v, want %v", c, i, got[i], want[i])
			}
		}
		if !helped {
			t.Errorf("%+v: nobody helped", c)
		}
	}
}

// Of two jobs with the same columns one may have too few rows to pack them for: it has
// nothing to help the other with. The factor changes from turn to turn, so that what an
// earlier one has packed is wrong.
func TestGemmHelpsWithWhatItHasPacked(t *testing.T) {
	mr := chosen.tile.mr
	for _, threads := range []int{2, 3, 8} {
		pool := parallel.New(threads)
		for tiles := 3; tiles <= 9; tiles++ {
			for _, n := range []int{64, 128} {
				for _, ta := range []bool{false, true} {
					testHelp(t, pool, ta, tiles*mr-1, n, 64, mr)
					testHelp(t, pool, ta, tiles*mr-1, n, 128, mr)
				}
			}
		}
	}
}

func testHelp(t *testing.T, pool *parallel.Pool, ta bool, m, n, k, mr int) {
	t.Helper()
	lda := k
	if ta {
		lda = m
	}
	a, b, got, want := numbers(m*k, 1), numbers(n*k, 2), make([]float32, m*n), make([]float32, m*n)
	for turn := range 4 {
		for i := range b {
			b[i] += 1.0 / 64
		}
		GemmSeq(ta, false, m, n, k, a, lda, b, n, false, want, n)
		Gemms(pool, Product{TA: ta, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: n, C: got, LDC: n,
			Then: Epilogue{watch: func(i, rows, _, _ int) {
				// Somebody is held up, and most likely the others help. The result is the same if not.
				if i+(turn+1)*mr >= m {
					for start := time.Now(); time.Since(start) < 200*time.Microsecond; runtime.Gosched() {
					}
				}
			}}})
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%d threads, ta %v, %d×%d×%d, turn %d: element %d is %v, want %v",
					pool.Threads(), ta, m, n, k, turn, i, got[i], want[i])
			}
		}
	}
}

// A panic of then reaches the caller, and nobody waits for what will not come.
func TestGemmThenPanics(t *testing.T) {
	for _, threads := range []int{1, 2, 3} {
		pool := parallel.New(threads)
		const m, n, k = 300, 256, 500
		a, b, c := numbers(m*k, 1), numbers(n*k, 2), make([]float32, m*n)
		func() {
			defer func() {
				if p := recover(); p != "held" {
					t.Errorf("%d threads: recovered %v", threads, p)
				}
			}()
			Gemms(pool, Product{TA: false, TB: false, M: m, N: n, K: k, A: a, LDA: k, B: b, LDB: n, C: c, LDC: n,
				Then: Epilogue{watch: func(i, _, _, _ int) { panic("held") }}})
		}()
	}
}
