package kernels

import "github.com/lmkor/bench/kernels/parallel"

// Windows writes to row t of y, [rows, cols·width], what lies around row t of x,
// [rows, cols], in its sequence: y[t, i·width+k] is x[t+k-width/2, i], and 0 beyond
// the sequence. offsets are those of the sequences.
func Windows(pool *parallel.Pool, y, x []float32, offsets []int32, cols, width int) {
	Clear(pool, y)
	eachTap(pool, offsets, width, func(t, tap, row int) {
		to, from := y[t*cols*width+tap:(t+1)*cols*width], x[row*cols:(row+1)*cols]
		for i, v := range from {
			to[i*width] = v
		}
	})
}

// WindowsGrad writes to dx the gradient of Windows' x from that of its y.
func WindowsGrad(pool *parallel.Pool, dx, dy []float32, offsets []int32, cols, width int) {
	Clear(pool, dx)
	eachTap(pool, offsets, width, func(t, tap, row int) {
		from, to := dy[t*cols*width+tap:(t+1)*cols*width], dx[row*cols:(row+1)*cols]
		for i := range to {
			to[i] += from[i*width]
		}
	})
}

// eachTap calls f with every row t, and every row at a tap around it in the same
// sequence; a sequence is one thread's.
func eachTap(pool *parallel.Pool, offsets []int32, width int, f func(t, tap, row int)) {
	pool.For(len(offsets)-1, func(s int) {
		first, end := int(offsets[s]), int(offsets[s+1])
		for t := first; t < end; t++ {
			for tap := range width {
				if row := t + tap - width/2; row >= first && row < end {
					f(t, tap, row)
				}
			}
		}
	})
}

// Activation writes act(x) to y, and with slope act's derivative at x to x. With
// it, y is not x.
func Activation(pool *parallel.Pool, act Act, y, x []float32, slope bool) {
	each(pool, len(x), func(lo, hi int) {
		if slope {
			activateSlope(act, y[lo:hi], x[lo:hi])
		} else {
			activate(act, y[lo:hi], x[lo:hi])
		}
	})
}
