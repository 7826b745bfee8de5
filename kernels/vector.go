package kernels

// loops are elementwise loops over whole registers; n is a multiple of lanes.
type loops struct {
	lanes   int
	add     func(y, x *float32, n int)
	mulAdd  func(dy, sum, slope *float32, n int)
	act     activations // y = act(x)
	slope   activations // and x becomes act's derivative at x
	expLess func(x *float32, n int, with *float32)
	adamw   func(p, m, v, g *float32, n int, with *float32)
	squares func(x *float32, n int, with *float32)
	// nonFinite leaves lanes of zeros in with, or of NaN where an element of x is
	// NaN or infinite.
	nonFinite func(x *float32, n int, with *float32)
	rows      *rowLoops
	scores    *scoreLoops // nil: row by row
}

// scoreLoops are loops over rows rows of n scores, ld apart: see Head, and each
// loop's own text. softmaxDrop leaves probabilities negative where it drops them, -0
// and NaN too, so that grad need not draw again. All others are positive.
type scoreLoops struct {
	softmax     func(x *float32, ld, rows, n int, with *float32)
	softmaxDrop func(x, probs *float32, ld, rows, n int, with *float32)
	grad        func(ds, pd, probs *float32, ld, rows, n int, with *float32)
}

// activations are the loops there are, by Act.
type activations [acts]func(y, x *float32, n int)

// mostLanes is the number of floats in the widest register. What is left behind
// the last whole one goes through a buffer of that size, so that an element's
// result does not depend on its place.
const mostLanes = 16

// whole returns how many of n elements fill whole registers.
func (l *loops) whole(n int) int { return n / l.lanes * l.lanes }

func (l *loops) add2(y, x []float32) {
	n := l.whole(len(x))
	if n > 0 {
		l.add(&y[0], &x[0], n)
	}
	addGo(y[n:], x[n:]) // one addition: nothing to round otherwise
}

// mulAdd3 multiplies dy by slope and adds it to sum.
func (l *loops) mulAdd3(dy, sum, slope []float32) {
	n := l.whole(len(dy))
	if n > 0 {
		l.mulAdd(&dy[0], &sum[0], &slope[0], n)
	}
	mulAddGo(dy[n:], sum[n:], slope[n:])
}

// activate2 writes act(x) to y and, with slope, act's derivative to x. It tells
// whether there is a loop for it.
func (l *loops) activate2(act Act, y, x []float32, slope bool) bool {
	f := l.act[act]
	if slope {
		f = l.slope[act]
	}
	if f == nil {
		return false
	}
	n := l.whole(len(x))
	if n > 0 {
		f(&y[0], &x[0], n)
	}
	if n < len(x) {
		var a, b [mostLanes]float32
		copy(a[:], x[n:])
		f(&b[0], &a[0], l.lanes)
		copy(y[n:], b[:len(x)-n])
		if slope {
			copy(x[n:], a[:])
		}
	}
	return true
}

func (l *loops) adamw4(p, m, v, g []float32, with *AdamWFactors) {
	n := l.whole(len(g))
	if n > 0 {
		l.adamw(&p[0], &m[0], &v[0], &g[0], n, &with[0])
	}
	if n < len(g) {
		var a [4][mostLanes]float32
		copy(a[0][:], p[n:])
		copy(a[1][:], m[n:])
		copy(a[2][:], v[n:])
		copy(a[3][:], g[n:])
		l.adamw(&a[0][0], &a[1][0], &a[2][0], &a[3][0], l.lanes, &with[0])
		copy(p[n:], a[0][:])
		copy(m[n:], a[1][:])
		copy(v[n:], a[2][:])
	}
}

func (l *loops) squares1(x []float32) float64 {
	n := l.whole(len(x))
	s := sumSquaresGo(x[n:])
	if n == 0 {
		return s
	}
	with := spareLanes.Get().(*lanes)
	l.squares(&x[0], n, &with[0])
	for _, v := range with[:l.lanes] {
		s += float64(v)
	}
	spareLanes.Put(with)
	return s
}

// expLessWith replaces x by exp(x - top), for x no larger than top.
func expLessWith(x []float32, top float32, with *lanes) {
	l := chosen.loops
	if l == nil {
		for i, v := range x {
			x[i] = exp32(v - top)
		}
		return
	}
	n := l.whole(len(x))
	with[0] = top
	if n > 0 {
		l.expLess(&x[0], n, &with[0])
	}
	if n < len(x) {
		a := with[mostLanes:]
		k := copy(a, x[n:])
		l.expLess(&a[0], l.lanes, &with[0])
		copy(x[n:n+k], a)
	}
}
