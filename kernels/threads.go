package kernels

import "github.com/lmkor/bench/kernels/parallel"

// SetThreads sets how many goroutines the kernels may use; n < 1 means GOMAXPROCS.
// It does not change any result.
func SetThreads(n int) { parallel.SetThreads(n) }

// Threads returns how many goroutines the kernels may use.
func Threads() int { return parallel.Threads() }

// Parallel is parallel.For.
func Parallel(n int, f func(i int)) { parallel.For(n, f) }
