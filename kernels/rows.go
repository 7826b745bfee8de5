package kernels

import (
	"math"
	"sync"
)

// rowLoops are loops over whole registers of a row; n is a multiple of lanes.
// with holds up to 4 parameters, and takes the lanes of up to two sums, 16 apart.
type rowLoops struct {
	top         func(x *float32, n int, with *float32)
	sum         func(x *float32, n int, with *float32)
	scale       func(x *float32, n int, with *float32)
	dot         func(x, y *float32, n int, with *float32)
	softmaxGrad func(dy, y *float32, n int, with *float32)
	deviations  func(x *float32, n int, with *float32)
	norm        func(y, x, w, b *float32, n int, with *float32)
	normSums    func(dy, x, w *float32, n int, with *float32)
	normGrad    func(dx, dy, x, w *float32, n int, with *float32)
	normParams  func(dw, db, dy, x *float32, n int, with *float32)
	drop        func(y, x *float32, n int, with *float32)
}

// lanes are the parameters of a row loop, and what it leaves.
type lanes = [2 * mostLanes]float32

// spareLanes lends them: what assembly is given by a function value would be
// allocated at every row.
var spareLanes = sync.Pool{New: func() any { return new(lanes) }}

// joined adds the numbers of x in a fixed order: four sums side by side, for each
// addition waits for the one before.
func joined(x []float32) float32 {
	var a, b, c, d float32
	for ; len(x) >= 4; x = x[4:] {
		a += x[0]
		b += x[1]
		c += x[2]
		d += x[3]
	}
	for _, v := range x {
		a += v
	}
	return (a + b) + (c + d)
}

// softmaxRow replaces row by its softmax.
func softmaxRow(row []float32, with *lanes) {
	expLessWith(row, topOf(row, with), with)
	divideBySum(row, with)
}

// softmaxBlock is softmaxRow of each row of x, cols wide, with the very same
// result: the exponentials of short rows fill registers only together.
func softmaxBlock(x []float32, cols int, with *lanes) {
	for r := 0; r < len(x); r += cols {
		row := x[r : r+cols]
		top := topOf(row, with)
		for i := range row {
			row[i] -= top
		}
	}
	expLessWith(x, 0, with)
	for r := 0; r < len(x); r += cols {
		divideBySum(x[r:r+cols], with)
	}
}

// topOf returns the largest of row.
func topOf(row []float32, with *lanes) float32 {
	top, n := float32(math.Inf(-1)), 0
	if l := chosen.loops; l != nil {
		if n = l.whole(len(row)); n > 0 {
			with[0] = top
			l.rows.top(&row[0], n, &with[0])
			top = most(top, with[:l.lanes])
		}
	}
	return most(top, row[n:])
}

// most returns the largest of top and x. A NaN is passed over: the row's sum will
// be one.
func most(top float32, x []float32) float32 {
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	return top
}

// divideBySum divides row by its sum.
func divideBySum(row []float32, with *lanes) {
	var s float32
	n := 0
	l := chosen.loops
	if l != nil {
		if n = l.whole(len(row)); n > 0 {
			l.rows.sum(&row[0], n, &with[0])
			s = joined(with[:l.lanes])
		}
	}
	scaleRow(row, 1/(s+joined(row[n:])), with)
}

// scaleRow multiplies row by s.
func scaleRow(row []float32, s float32, with *lanes) {
	n := 0
	if l := chosen.loops; l != nil {
		if n = l.whole(len(row)); n > 0 {
			with[0] = s
			l.rows.scale(&row[0], n, &with[0])
		}
	}
	for i := n; i < len(row); i++ {
		row[i] *= s
	}
}

// softmaxGradRow writes y·(dy - Σy·dy) to dy.
func softmaxGradRow(dy, y []float32, with *lanes) {
	dy = dy[:len(y)]
	var s float32
	n := 0
	l := chosen.loops
	if l != nil {
		if n = l.whole(len(y)); n > 0 {
			l.rows.dot(&y[0], &dy[0], n, &with[0])
			s = joined(with[:l.lanes])
		}
	}
	for i := n; i < len(y); i++ {
		s += y[i] * dy[i]
	}
	if n > 0 {
		with[0] = s
		l.rows.softmaxGrad(&dy[0], &y[0], n, &with[0])
	}
	for i := n; i < len(y); i++ {
		dy[i] = y[i] * (dy[i] - s)
	}
}

// normRow is LayerNorm of one row.
func normRow(y, x, w, b []float32, eps float32, with *lanes) (mean, rstd float32) {
	n := 0
	l := chosen.loops
	var s, q float32
	if l != nil {
		if n = l.whole(len(x)); n > 0 {
			l.rows.sum(&x[0], n, &with[0])
			s = joined(with[:l.lanes])
		}
	}
	mean = (s + joined(x[n:])) / float32(len(x))
	if n > 0 {
		with[0] = mean
		l.rows.deviations(&x[0], n, &with[0])
		q = joined(with[:l.lanes])
	}
	for _, v := range x[n:] {
		q += (v - mean) * (v - mean)
	}
	rstd = float32(1 / math.Sqrt(float64(q/float32(len(x))+eps)))
	if n > 0 {
		with[0], with[1] = mean, rstd
		l.rows.norm(&y[0], &x[0], &w[0], &b[0], n, &with[0])
	}
	for i := n; i < len(x); i++ {
		y[i] = (x[i]-mean)*rstd*w[i] + b[i]
	}
	return mean, rstd
}

// normGradRow is LayerNormGrad's dx of one row.
func normGradRow(dx, dy, x, w []float32, mean, rstd float32, with *lanes) {
	n := 0
	l := chosen.loops
	var s1, s2 float32
	if l != nil {
		if n = l.whole(len(x)); n > 0 {
			with[0], with[1] = mean, rstd
			l.rows.normSums(&dy[0], &x[0], &w[0], n, &with[0])
			s1, s2 = joined(with[:l.lanes]), joined(with[16:16+l.lanes])
		}
	}
	for i := n; i < len(x); i++ {
		g := dy[i] * w[i]
		s1 += g
		s2 += g * (x[i] - mean) * rstd
	}
	s1 /= float32(len(x))
	s2 /= float32(len(x))
	if n > 0 {
		with[0], with[1], with[2], with[3] = mean, rstd, s1, s2
		l.rows.normGrad(&dx[0], &dy[0], &x[0], &w[0], n, &with[0])
	}
	for i := n; i < len(x); i++ {
		dx[i] = rstd * (dy[i]*w[i] - s1 - (x[i]-mean)*rstd*s2)
	}
}

// normParamsRow adds one row's share to dw and db.
func normParamsRow(dw, db, dy, x []float32, mean, rstd float32, with *lanes) {
	n := 0
	if l := chosen.loops; l != nil {
		if n = l.whole(len(x)); n > 0 {
			with[0], with[1] = mean, rstd
			l.rows.normParams(&dw[0], &db[0], &dy[0], &x[0], n, &with[0])
		}
	}
	for i := n; i < len(x); i++ {
		dw[i] += dy[i] * (x[i] - mean) * rstd
		db[i] += dy[i]
	}
}
