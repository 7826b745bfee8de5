package main

import (
	"bytes"
	"fmt"
)

// loop writes a function over whole registers: n is a multiple of the lanes.
// params are pointers, in order, each advanced by the loop; body emits one turn.
// extra is a pointer to float32 parameters that stays in R9.
func loop(b *bytes.Buffer, s isa, name string, params []string, extra bool, before, body, after func(w *writer, at []string)) {
	sig, size := "", 0
	for _, p := range params {
		sig += p + ", "
		size += 8
	}
	sig = sig[:len(sig)-2] + " *float32, n int"
	size += 8
	if extra {
		sig += ", with *float32"
		size += 8
	}
	full := name + "_" + s.name
	fmt.Fprintf(b, "\n// func %s(%s)\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", full, sig, full, size)
	w := &writer{Buffer: new(bytes.Buffer), isa: s}
	for r := s.regs - 1; r >= 0; r-- {
		w.free = append(w.free, r)
	}
	regs := []string{"DI", "SI", "DX", "R8"}
	var at []string
	for i, p := range params {
		w.p("MOVQ %s+%d(FP), %s", p, 8*i, regs[i])
		at = append(at, "("+regs[i]+")")
	}
	w.p("MOVQ n+%d(FP), CX", 8*len(params))
	if extra {
		w.p("MOVQ with+%d(FP), R9", 8*len(params)+8)
	}
	if before != nil {
		before(w, at)
	}
	w.p("SHRQ $%d, CX", map[int]int{16: 4, 8: 3, 4: 2}[s.lanes])
	w.p("JZ done")
	w.WriteString("\nloop:\n")
	body(w, at)
	for i := range params {
		w.p("ADDQ $%d, %s", 4*s.lanes, regs[i])
	}
	w.p("DECQ CX")
	w.p("JNZ loop")
	w.WriteString("\ndone:\n")
	if after != nil {
		after(w, at)
	}
	w.p("VZEROUPPER")
	w.p("RET")
	if w.constants {
		b.WriteString(neonLoadConstants())
	}
	b.Write(w.Bytes())
}

func vectorLoops(b *bytes.Buffer, s isa) {
	loop(b, s, "add", []string{"y", "x"}, false, nil, func(w *writer, at []string) {
		y := w.load(at[0])
		w.p("VADDPS %s, %s, %s", at[1], y, y)
		w.p("VMOVUPS %s, %s", y, at[0])
		w.drop(y)
	}, nil)

	// dy becomes dy·slope, and is added to sum.
	loop(b, s, "mulAdd", []string{"dy", "sum", "slope"}, false, nil, func(w *writer, at []string) {
		g := w.load(at[0])
		w.p("VMULPS %s, %s, %s", at[2], g, g)
		w.p("VMOVUPS %s, %s", g, at[0])
		w.p("VADDPS %s, %s, %s", at[1], g, g)
		w.p("VMOVUPS %s, %s", g, at[1])
		w.drop(g)
	}, nil)

	for _, act := range []struct {
		name  string
		write func(w *writer, v string, slope bool) (y, d string)
	}{
		{"gelu", (*writer).gelu},
		{"geluTanh", func(w *writer, v string, slope bool) (string, string) { return w.silu(v, true, slope) }},
		{"silu", func(w *writer, v string, slope bool) (string, string) { return w.silu(v, false, slope) }},
		{"tanh", (*writer).tanh},
	} {
		loop(b, s, act.name, []string{"y", "x"}, false, nil, func(w *writer, at []string) {
			v := w.load(at[1])
			y, _ := act.write(w, v, false)
			w.p("VMOVUPS %s, %s", y, at[0])
			w.drop(v, y)
		}, nil)
		// x becomes the derivative at x.
		loop(b, s, act.name+"Slope", []string{"y", "x"}, false, nil, func(w *writer, at []string) {
			v := w.load(at[1])
			y, d := act.write(w, v, true)
			w.p("VMOVUPS %s, %s", y, at[0])
			w.p("VMOVUPS %s, %s", d, at[1])
			w.drop(v, y, d)
		}, nil)
	}

	var top string
	loop(b, s, "expLess", []string{"x"}, true, func(w *writer, _ []string) {
		top = w.get()
		w.p("VBROADCASTSS (R9), %s", top)
	}, func(w *writer, at []string) {
		v := w.load(at[0])
		w.op("VSUBPS", v, v, top)
		w.exp(v)
		w.p("VMOVUPS %s, %s", v, at[0])
		w.drop(v)
	}, nil)

	// with: size, β1, β2, 1-β1, 1-β2, eps, decay, scale.
	var with [8]string
	loop(b, s, "adamw", []string{"p", "m", "v", "grad"}, true, func(w *writer, _ []string) {
		for i := range with {
			with[i] = w.get()
			w.p("VBROADCASTSS %d(R9), %s", 4*i, with[i])
		}
	}, func(w *writer, at []string) {
		g := w.load(at[3])
		w.op("VMULPS", g, g, with[7])
		m := w.load(at[1])
		w.op("VMULPS", m, m, with[1])
		w.p("VFMADD231PS %s, %s, %s", with[3], g, m)
		w.p("VMOVUPS %s, %s", m, at[1])
		v := w.load(at[2])
		w.op("VMULPS", v, v, with[2])
		w.op("VMULPS", g, g, g)
		w.p("VFMADD231PS %s, %s, %s", with[4], g, v)
		w.p("VMOVUPS %s, %s", v, at[2])
		w.p("VSQRTPS %s, %s", v, v)
		w.op("VADDPS", v, v, with[5])
		w.op("VMULPS", m, m, with[0])
		w.op("VDIVPS", m, m, v)
		p := w.load(at[0])
		w.op("VSUBPS", p, p, m)
		w.op("VMULPS", m, p, with[6])
		w.op("VSUBPS", p, p, m)
		w.p("VMOVUPS %s, %s", p, at[0])
		w.drop(g, m, v, p)
	}, nil)

	// The lanes' sums are written to with: the caller adds them in order.
	var sum string
	loop(b, s, "squares", []string{"x"}, true, func(w *writer, _ []string) {
		sum = w.get()
		zero(w.p, s, sum)
	}, func(w *writer, at []string) {
		v := w.load(at[0])
		w.p("VFMADD231PS %s, %s, %s", v, v, sum)
		w.drop(v)
	}, func(w *writer, _ []string) {
		w.p("VMOVUPS %s, (R9)", sum)
	})

	// x·0 is 0, but NaN for an x that is infinite or NaN.
	var zeros string
	loop(b, s, "nonFinite", []string{"x"}, true, func(w *writer, _ []string) {
		sum, zeros = w.get(), w.get()
		zero(w.p, s, sum)
		zero(w.p, s, zeros)
	}, func(w *writer, at []string) {
		w.p("VFMADD231PS %s, %s, %s", at[0], zeros, sum)
	}, func(w *writer, _ []string) {
		w.p("VMOVUPS %s, (R9)", sum)
	})
}

// gelu returns GELU of v and, with slope, its derivative: v⁺ - |v|·q, where q is
// the normal tail beyond |v|, and Φ(v) + v·φ(v).
func (w *writer) gelu(v string, slope bool) (y, d string) {
	a, q, e := w.tail(v)
	y = w.get()
	zero(w.p, w.isa, y)
	w.op("VMAXPS", y, v, y)
	w.p("VFNMADD231PS %s, %s, %s", q, a, y)
	w.drop(a)
	if slope {
		d = w.c(0.5)
		w.op("VSUBPS", d, d, q)
		w.sign(d, v)
		w.opc("VADDPS", d, d, 0.5)
		w.op("VMULPS", e, e, v)
		k := w.c(0.39894228040143268)
		w.p("VFMADD231PS %s, %s, %s", k, e, d)
		w.drop(k)
	}
	w.drop(q, e)
	return y, d
}

// silu returns SiLU of v, or GELU in tanh's form, and, with slope, its
// derivative: g + v·g·(1-g)·z', g and z being sigmoid's.
func (w *writer) silu(v string, tanh, slope bool) (y, d string) {
	g, d := w.sigmoid(v, tanh)
	y = w.get()
	w.op("VMULPS", y, g, v)
	if slope {
		w.op("VMULPS", d, d, y)
		if tanh {
			q := w.get()
			w.op("VMULPS", q, v, v)
			k := w.c(6 * sqrt2byPi * 0.044715)
			w.horner(k, q, 2*sqrt2byPi)
			w.op("VMULPS", d, d, k)
			w.drop(q, k)
		}
		w.op("VADDPS", d, d, g)
	} else {
		w.drop(d)
	}
	w.drop(g)
	return y, d
}

// tanh returns the hyperbolic tangent of v and, with slope, its derivative, by
// tanh32's steps.
func (w *writer) tanh(v string, slope bool) (y, d string) {
	x, m := w.get(), w.bits(absMask)
	w.logic("VANDPS", x, v, m)
	k := w.c(16)
	w.op("VMINPS", x, k, x) // in this order a NaN remains one
	w.drop(k)
	w.opc("VMULPS", x, x, -1)
	w.op("VADDPS", x, x, x)
	y, s := w.expParts(x)
	w.drop(x)
	d = w.c(1) // e^x - 1 = (e^r - 1)·2^n + (2^n - 1), not positive
	w.op("VSUBPS", d, s, d)
	w.p("VFMADD213PS %s, %s, %s", d, s, y)
	w.drop(s, d)
	d = w.c(2)
	w.op("VADDPS", d, y, d)
	w.op("VDIVPS", y, y, d)
	w.drop(d)
	w.logic("VANDPS", y, y, m)
	w.drop(m)
	w.sign(y, v)
	if !slope {
		return y, ""
	}
	d = w.c(1)
	w.p("VFNMADD231PS %s, %s, %s", y, y, d)
	return y, d
}

// peak writes a loop of independent FMAs, the most that a core can do: n turns
// of 16 registers (12 of AVX2's).
func peak(b *bytes.Buffer, s isa) {
	name := "fmaTurns_" + s.name
	fmt.Fprintf(b, "\n// func %s(n int)\nTEXT ·%s(SB), NOSPLIT, $0-8\n", name, name)
	w := &writer{Buffer: b, isa: s}
	w.p("MOVQ n+0(FP), CX")
	chains := map[int]int{16: 16, 8: 12}[s.lanes]
	for i := range chains + 2 {
		zero(w.p, s, fmt.Sprintf("%s%d", s.reg, i))
	}
	w.WriteString("\nloop:\n")
	for i := range chains {
		w.p("VFMADD231PS %s0, %s1, %s%d", s.reg, s.reg, s.reg, i+2)
	}
	w.p("DECQ CX")
	w.p("JNZ loop")
	w.p("VZEROUPPER")
	w.p("RET")
}
