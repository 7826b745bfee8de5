package main

import "fmt"

// rowLoops writes the loops over one row that softmax and layer norm consist
// of. Reductions leave the lanes' results in with: the caller joins them in
// order. The parameters that a loop reads from with are named in front of it.
func rowLoops(b *assembly, s isa) {
	var with [7]string
	params := func(n int) func(*writer, []string) {
		return func(w *writer, _ []string) {
			for i := range n {
				with[i] = w.get()
				w.broadcast(with[i], 4*i)
			}
		}
	}
	var sums [2]string
	leave := func(n int) func(*writer, []string) {
		return func(w *writer, _ []string) {
			for i := range n {
				w.store(sums[i], fmt.Sprintf("%d(R9)", 64*i))
			}
		}
	}
	start := func(params func(*writer, []string), n int) func(*writer, []string) {
		return func(w *writer, at []string) {
			params(w, at)
			for i := range n {
				sums[i] = w.get()
				w.zero(sums[i])
			}
		}
	}
	// normed loads (x - with[0])·with[1].
	normed := func(w *writer, at string) string {
		v := w.load(at)
		w.op(sub, v, v, with[0])
		w.op(mul, v, v, with[1])
		return v
	}

	// a start value
	loop(b, s, "top",
		"\ttop := with[0] // of each lane; a NaN may be passed over\n"+
			turns("top[i%lanes] = max(top[i%lanes], x[i])")+
			"\n\twith[:lanes] = top",
		[]string{"x"}, true, func(w *writer, at []string) {
			params(1)(w, at)
			sums[0] = with[0]
		}, func(w *writer, at []string) {
			v := w.load(at[0])
			w.op(larger, sums[0], sums[0], v)
			w.drop(v)
		}, leave(1))

	loop(b, s, "sum", "\twith[:lanes] = 0\n"+turns("with[i%lanes] += x[i]"), []string{"x"}, true, start(params(0), 1),
		func(w *writer, at []string) {
			w.op(add, sums[0], sums[0], at[0])
		}, leave(1))

	// the factor
	loop(b, s, "scale", turns("x[i] *= with[0]"), []string{"x"}, true, params(1), func(w *writer, at []string) {
		v := w.load(at[0])
		w.op(mul, v, v, with[0])
		w.store(v, at[0])
		w.drop(v)
	}, nil)

	loop(b, s, "dot", "\twith[:lanes] = 0\n"+turns("with[i%lanes] += x[i] * y[i]"), []string{"x", "y"}, true,
		start(params(0), 1), func(w *writer, at []string) {
			v := w.load(at[0])
			w.fma(sums[0], v, at[1])
			w.drop(v)
		}, leave(1))

	// the sum of y·dy
	loop(b, s, "softmaxGrad",
		"\tsum := with[0] // of y·dy\n"+
			turns("dy[i] = y[i] * (dy[i] - sum)"),
		[]string{"dy", "y"}, true, params(1), func(w *writer, at []string) {
			v := w.load(at[0])
			w.op(sub, v, v, with[0])
			w.op(mul, v, v, at[1])
			w.store(v, at[0])
			w.drop(v)
		}, nil)

	// the mean
	loop(b, s, "deviations",
		"\tmean := with[0]\n\twith[:lanes] = 0\n"+turns("with[i%lanes] += (x[i] - mean) * (x[i] - mean)"),
		[]string{"x"}, true, start(params(1), 1), func(w *writer, at []string) {
			v := w.load(at[0])
			w.op(sub, v, v, with[0])
			w.fma(sums[0], v, v)
			w.drop(v)
		}, leave(1))

	// the mean, rstd
	loop(b, s, "norm", "\tmean, rstd := with[0], with[1]\n"+turns("y[i] = (x[i]-mean)*rstd*w[i] + b[i]"),
		[]string{"y", "x", "w", "b"}, true, params(2), func(w *writer, at []string) {
			v := normed(w, at[1])
			g := w.load(at[2])
			w.fmaTo(v, g, at[3])
			w.store(v, at[0])
			w.drop(v, g)
		}, nil)

	// the mean, rstd; leaves the sums of dy·w and dy·w·normed
	loop(b, s, "normSums",
		"\tmean, rstd := with[0], with[1]\n\twith[:lanes], with[16:16+lanes] = 0, 0\n"+
			turns("g := dy[i] * w[i]\nwith[i%lanes] += g\nwith[16+i%lanes] += g * ((x[i] - mean) * rstd)"),
		[]string{"dy", "x", "w"}, true, start(params(2), 2), func(w *writer, at []string) {
			v := normed(w, at[1])
			g := w.load(at[0])
			w.op(mul, g, g, at[2])
			w.op(add, sums[0], sums[0], g)
			w.fma(sums[1], g, v)
			w.drop(v, g)
		}, leave(2))

	// the mean, rstd and the two means of normSums
	loop(b, s, "normGrad",
		"\tmean, rstd, s1, s2 := with[:4] // the means of normSums\n"+
			turns("dx[i] = rstd * (dy[i]*w[i] - s1 - (x[i]-mean)*rstd*s2)"),
		[]string{"dx", "dy", "x", "w"}, true, params(4), func(w *writer, at []string) {
			v := normed(w, at[2])
			g := w.load(at[1])
			w.op(mul, g, g, at[3])
			w.op(sub, g, g, with[2])
			w.fmaSub(g, with[3], v)
			w.op(mul, g, g, with[1])
			w.store(g, at[0])
			w.drop(v, g)
		}, nil)

	// the mean, rstd
	loop(b, s, "normParams",
		"\tmean, rstd := with[0], with[1]\n"+turns("dw[i] += dy[i] * ((x[i] - mean) * rstd)\ndb[i] += dy[i]"),
		[]string{"dw", "db", "dy", "x"}, true, params(2), func(w *writer, at []string) {
			v := normed(w, at[3])
			g := w.load(at[2])
			sum := w.load(at[0])
			w.fma(sum, g, v)
			w.store(sum, at[0])
			w.op(add, g, g, at[1])
			w.store(g, at[1])
			w.drop(v, g, sum)
		}, nil)

	// scale, the first key and base, the second key, limit, lanes, the two
	// factors; the lanes' numbers 16 behind
	var index string
	loop(b, s, "drop",
		"\tscale, first, second, limit := with[:4] // of Dropper\n"+
			turns("if mix32(mix32(first+i)^second)>>1 < limit {\n\ty[i] = 0\n} else {\n\ty[i] = x[i] * scale\n}"),
		[]string{"y", "x"}, true, func(w *writer, at []string) {
			params(7)(w, at)
			index = w.load("64(R9)")
			w.op(addInts, index, index, with[1])
		}, func(w *writer, at []string) {
			h, shifted := w.get(), w.get()
			source := index
			mix := func() {
				for _, step := range []struct {
					shift  int
					factor string
				}{{16, with[5]}, {15, with[6]}, {16, ""}} {
					w.shift(false, shifted, source, step.shift)
					w.op(xor, h, source, shifted)
					if step.factor != "" {
						w.op(mulInts, h, h, step.factor)
					}
					source = h
				}
			}
			mix()
			w.op(xor, h, h, with[2])
			mix()
			w.shift(false, h, h, 1)
			v := w.load(at[1])
			w.op(mul, v, v, with[0])
			w.clearWhereLess(v, h, with[3]) // dropped: below the limit
			w.store(v, at[0])
			w.op(addInts, index, index, with[4])
			w.drop(h, shifted, v)
		}, nil)
}
