package kernels

import "github.com/lmkor/bench/kernels/parallel"

// pool is what tests compute on that do not ask for a number of threads.
var pool = parallel.New(0)
