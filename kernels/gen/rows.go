package main

import "bytes"

// rowLoops writes the loops over one row that softmax and layer norm consist
// of. Reductions leave the lanes' results in with: the caller joins them in
// order. The parameters that a loop reads from with are named in front of it.
func rowLoops(b *bytes.Buffer, s isa) {
	var with [7]string
	params := func(n int) func(*writer, []string) {
		return func(w *writer, _ []string) {
			for i := range n {
				with[i] = w.get()
				w.p("VBROADCASTSS %d(R9), %s", 4*i, with[i])
			}
		}
	}
	var sums [2]string
	leave := func(n int) func(*writer, []string) {
		return func(w *writer, _ []string) {
			for i := range n {
				w.p("VMOVUPS %s, %d(R9)", sums[i], 64*i)
			}
		}
	}
	start := func(params func(*writer, []string), n int) func(*writer, []string) {
		return func(w *writer, at []string) {
			params(w, at)
			for i := range n {
				sums[i] = w.get()
				zero(w.p, s, sums[i])
			}
		}
	}
	// normed loads (x - with[0])·with[1].
	normed := func(w *writer, at string) string {
		v := w.load(at)
		w.op("VSUBPS", v, v, with[0])
		w.op("VMULPS", v, v, with[1])
		return v
	}

	// a start value
	loop(b, s, "top", []string{"x"}, true, func(w *writer, at []string) {
		params(1)(w, at)
		sums[0] = with[0]
	}, func(w *writer, at []string) {
		v := w.load(at[0])
		w.op("VMAXPS", sums[0], sums[0], v)
		w.drop(v)
	}, leave(1))

	loop(b, s, "sum", []string{"x"}, true, start(params(0), 1), func(w *writer, at []string) {
		w.p("VADDPS %s, %s, %s", at[0], sums[0], sums[0])
	}, leave(1))

	// the factor
	loop(b, s, "scale", []string{"x"}, true, params(1), func(w *writer, at []string) {
		v := w.load(at[0])
		w.op("VMULPS", v, v, with[0])
		w.p("VMOVUPS %s, %s", v, at[0])
		w.drop(v)
	}, nil)

	loop(b, s, "dot", []string{"x", "y"}, true, start(params(0), 1), func(w *writer, at []string) {
		v := w.load(at[0])
		w.p("VFMADD231PS %s, %s, %s", at[1], v, sums[0])
		w.drop(v)
	}, leave(1))

	// the sum of y·dy
	loop(b, s, "softmaxGrad", []string{"dy", "y"}, true, params(1), func(w *writer, at []string) {
		v := w.load(at[0])
		w.op("VSUBPS", v, v, with[0])
		w.p("VMULPS %s, %s, %s", at[1], v, v)
		w.p("VMOVUPS %s, %s", v, at[0])
		w.drop(v)
	}, nil)

	// the mean
	loop(b, s, "spread", []string{"x"}, true, start(params(1), 1), func(w *writer, at []string) {
		v := w.load(at[0])
		w.op("VSUBPS", v, v, with[0])
		w.p("VFMADD231PS %s, %s, %s", v, v, sums[0])
		w.drop(v)
	}, leave(1))

	// the mean, rstd
	loop(b, s, "norm", []string{"y", "x", "w", "b"}, true, params(2), func(w *writer, at []string) {
		v := normed(w, at[1])
		g := w.load(at[2])
		w.p("VFMADD213PS %s, %s, %s", at[3], g, v)
		w.p("VMOVUPS %s, %s", v, at[0])
		w.drop(v, g)
	}, nil)

	// the mean, rstd; leaves the sums of dy·w and dy·w·normed
	loop(b, s, "normSums", []string{"dy", "x", "w"}, true, start(params(2), 2), func(w *writer, at []string) {
		v := normed(w, at[1])
		g := w.load(at[0])
		w.p("VMULPS %s, %s, %s", at[2], g, g)
		w.op("VADDPS", sums[0], sums[0], g)
		w.p("VFMADD231PS %s, %s, %s", v, g, sums[1])
		w.drop(v, g)
	}, leave(2))

	// the mean, rstd and the two means of normSums
	loop(b, s, "normGrad", []string{"dx", "dy", "x", "w"}, true, params(4), func(w *writer, at []string) {
		v := normed(w, at[2])
		g := w.load(at[1])
		w.p("VMULPS %s, %s, %s", at[3], g, g)
		w.op("VSUBPS", g, g, with[2])
		w.p("VFNMADD231PS %s, %s, %s", v, with[3], g)
		w.op("VMULPS", g, g, with[1])
		w.p("VMOVUPS %s, %s", g, at[0])
		w.drop(v, g)
	}, nil)

	// the mean, rstd
	loop(b, s, "normParams", []string{"dw", "db", "dy", "x"}, true, params(2), func(w *writer, at []string) {
		v := normed(w, at[3])
		g := w.load(at[2])
		sum := w.load(at[0])
		w.p("VFMADD231PS %s, %s, %s", v, g, sum)
		w.p("VMOVUPS %s, %s", sum, at[0])
		w.p("VADDPS %s, %s, %s", at[1], g, g)
		w.p("VMOVUPS %s, %s", g, at[1])
		w.drop(v, g, sum)
	}, nil)

	// scale, the first key and base, the second key, limit, lanes, the two
	// factors; the lanes' numbers 16 behind
	var index string
	loop(b, s, "drop", []string{"y", "x"}, true, func(w *writer, at []string) {
		params(7)(w, at)
		index = w.load("64(R9)")
		w.op("VPADDD", index, index, with[1])
	}, func(w *writer, at []string) {
		h, shifted := w.get(), w.get()
		source := index
		mix := func() {
			for _, step := range []struct {
				shift  int
				factor string
			}{{16, with[5]}, {15, with[6]}, {16, ""}} {
				w.p("VPSRLD $%d, %s, %s", step.shift, source, shifted)
				w.op("VXORPS", h, source, shifted)
				if step.factor != "" {
					w.op("VPMULLD", h, h, step.factor)
				}
				source = h
			}
		}
		mix()
		w.op("VXORPS", h, h, with[2])
		mix()
		w.p("VPSRLD $1, %s, %s", h, h)
		v := w.load(at[1])
		w.op("VMULPS", v, v, with[0])
		if s == avx512 {
			w.p("VPCMPGTD %s, %s, K1", h, with[3]) // dropped: limit > h
			w.p("KNOTW K1, K1")
			w.p("VMOVAPS.Z %s, K1, %s", v, v)
		} else {
			w.op("VPCMPGTD", h, with[3], h)
			w.op("VANDNPS", v, h, v)
		}
		w.p("VMOVUPS %s, %s", v, at[0])
		w.op("VPADDD", index, index, with[4])
		w.drop(h, shifted, v)
	}, nil)
}
