package main

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"
)

// loop writes a function over whole registers: n is a multiple of the lanes.
// params are pointers, in order, each advanced by the loop; body emits one turn.
// extra is a pointer to float32 parameters, with, that stays in R9. does is the Go
// that it computes, lanes apart.
func loop(b *assembly, s isa, name, does string, params []string, extra bool, before, body, after func(w *writer, at []string)) {
	chains(b, s, 1, name, does, params, extra, before, body, after)
}

// chains is loop for a body that is one long chain of operations: as long as there are
// as many registers as ways, their chains take turns.
func chains(b *assembly, s isa, ways int, name, does string, params []string, extra bool,
	before, body, after func(w *writer, at []string)) {
	args, size := strings.Join(params, ", ")+" *float32, n int", 8*len(params)+8
	if extra {
		args += ", with *float32"
		size += 8
	}
	b.function(name+"_"+s.name, args, size, does)
	w := &writer{Buffer: new(bytes.Buffer), isa: s}
	for r := s.regs - 1; r >= 0; r-- {
		w.free = append(w.free, r)
	}
	at := make([][]string, ways)
	for i, p := range params {
		w.general("MOVQ", "MOVD", fmt.Sprintf("%s+%d(FP), %s", p, 8*i, pointers[i]))
		for k := range at {
			at[k] = append(at[k], w.place(k, pointers[i]))
		}
	}
	w.general("MOVQ", "MOVD", fmt.Sprintf("n+%d(FP), CX", 8*len(params)))
	if extra {
		w.general("MOVQ", "MOVD", fmt.Sprintf("with+%d(FP), R9", 8*len(params)+8))
	}
	if before != nil {
		before(w, at[0])
	}
	w.general("SHRQ", "LSR", fmt.Sprintf("$%d, CX", bits.Len(uint(s.lanes))-1))
	w.skip("done")
	advance := func(registers int) {
		for i := range params {
			w.general("ADDQ", "ADD", fmt.Sprintf("$%d, %s", 4*s.lanes*registers, pointers[i]))
		}
	}
	if ways > 1 {
		w.line("SUBQ $%d, CX", ways)
		w.line("JLT rest")
		w.WriteString("\nturns:\n")
		w.takeTurns(ways, func(i int) { body(w, at[i]) })
		advance(ways)
		w.line("SUBQ $%d, CX", ways)
		w.line("JGE turns")
		w.WriteString("\nrest:\n")
		w.line("ADDQ $%d, CX", ways)
		w.line("JZ done")
	}
	w.WriteString("\nloop:\n")
	body(w, at[0])
	advance(1)
	w.again("loop")
	w.WriteString("\ndone:\n")
	if after != nil {
		after(w, at[0])
	}
	w.end()
	if w.constants {
		b.WriteString(neonLoadConstants())
	}
	b.Write(w.Bytes())
}

func vectorLoops(b *assembly, s isa) {
	loop(b, s, "add", turns("y[i] += x[i]"), []string{"y", "x"}, false, nil, func(w *writer, at []string) {
		y := w.load(at[0])
		w.op(add, y, y, at[1])
		w.store(y, at[0])
		w.drop(y)
	}, nil)

	// dy becomes dy·slope, and is added to sum.
	loop(b, s, "mulAdd", turns("dy[i] *= slope[i]\nsum[i] += dy[i]"), []string{"dy", "sum", "slope"}, false, nil,
		func(w *writer, at []string) {
			g := w.load(at[0])
			w.op(mul, g, g, at[2])
			w.store(g, at[0])
			w.op(add, g, g, at[1])
			w.store(g, at[1])
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
		{"relu", (*writer).relu},
	} {
		chains(b, s, s.chains, act.name, turns(fmt.Sprintf("y[i] = %s(x[i])", act.name)), []string{"y", "x"}, false, nil,
			func(w *writer, at []string) {
				v := w.load(at[1])
				y, _ := act.write(w, v, false)
				w.store(y, at[0])
				w.drop(v, y)
			}, nil)
		// x becomes the derivative at x.
		chains(b, s, s.chains, act.name+"Slope", turns(fmt.Sprintf("y[i], x[i] = %s(x[i]), its derivative there", act.name)),
			[]string{"y", "x"}, false, nil, func(w *writer, at []string) {
				v := w.load(at[1])
				y, d := act.write(w, v, true)
				w.store(y, at[0])
				w.store(d, at[1])
				w.drop(v, y, d)
			}, nil)
	}

	var top string
	chains(b, s, s.chains, "expLess", turns("x[i] = exp(x[i] - with[0])"), []string{"x"}, true, func(w *writer, _ []string) {
		top = w.get()
		w.broadcast(top, 0)
	}, func(w *writer, at []string) {
		v := w.load(at[0])
		w.op(sub, v, v, top)
		w.exp(v)
		w.store(v, at[0])
		w.drop(v)
	}, nil)

	if s != avx512 { // which takes AVX2's
		adamw(b, s)
	}

	// The lanes' sums are written to with: the caller adds them in order.
	var sum string
	loop(b, s, "squares", "\twith[:lanes] = 0\n"+turns("with[i%lanes] += x[i] * x[i]"), []string{"x"}, true,
		func(w *writer, _ []string) {
			sum = w.get()
			w.zero(sum)
		}, func(w *writer, at []string) {
			v := w.load(at[0])
			w.fma(sum, v, v)
			w.drop(v)
		}, func(w *writer, _ []string) {
			w.store(sum, "(R9)")
		})

	// x·0 is 0, but NaN for an x that is infinite or NaN.
	var zeros string
	loop(b, s, "nonFinite",
		"\twith[:lanes] = 0\n"+
			turns("with[i%lanes] += x[i] * 0 // NaN of what is not finite"),
		[]string{"x"}, true, func(w *writer, _ []string) {
			sum, zeros = w.get(), w.get()
			w.zero(sum)
			w.zero(zeros)
		}, func(w *writer, at []string) {
			w.fma(sum, zeros, at[0])
		}, func(w *writer, _ []string) {
			w.store(sum, "(R9)")
		})
}

// gelu returns GELU of v and, with slope, its derivative: v⁺ - |v|·q, where q is
// the normal tail beyond |v|, and Φ(v) + v·φ(v).
func (w *writer) gelu(v string, slope bool) (y, d string) {
	a, q, e := w.tail(v)
	y = w.get()
	w.zero(y)
	w.op(larger, y, v, y)
	w.fmaSub(y, a, q)
	w.drop(a)
	if slope {
		d = w.c(0.5)
		w.op(sub, d, d, q)
		w.sign(d, v)
		w.opc(add, d, d, 0.5)
		w.op(mul, e, e, v)
		k := w.operand(placeOf(0.39894228040143268))
		w.fma(d, e, k)
		w.drop(k)
	}
	w.drop(q, e)
	return y, d
}

// relu returns v where it is above 0 or NaN, and, with slope, 1 there; else 0.
func (w *writer) relu(v string, slope bool) (y, d string) {
	y = w.get()
	w.zero(y)
	below := w.below(v, y, true)
	w.op(add, y, v, y)
	w.keepClear(y, below)
	if slope {
		d = w.own(1)
		w.keepClear(d, below)
	}
	if below != "" {
		w.drop(below)
	}
	return y, d
}

// silu returns SiLU of v, or GELU in tanh's form, and, with slope, its
// derivative: g + v·g·(1-g)·z', g and z being sigmoid's.
func (w *writer) silu(v string, tanh, slope bool) (y, d string) {
	g, d := w.sigmoid(v, tanh)
	y = w.get()
	w.op(mul, y, g, v)
	if slope {
		w.op(mul, d, d, y)
		if tanh {
			q := w.get()
			w.op(mul, q, v, v)
			k := w.c(6 * sqrt2byPi * 0.044715)
			w.horner(k, q, 2*sqrt2byPi)
			w.op(mul, d, d, k)
			w.drop(q, k)
		}
		w.op(add, d, d, g)
	} else {
		w.drop(d)
	}
	w.drop(g)
	return y, d
}

// tanh returns the hyperbolic tangent of v and, with slope, its derivative, by
// tanh32's steps.
func (w *writer) tanh(v string, slope bool) (y, d string) {
	x := w.get()
	w.opBits(and, x, v, absMask)
	k := w.c(16)
	w.op(smaller, x, k, x) // in this order a NaN remains one
	w.drop(k)
	w.opc(mul, x, x, -1)
	w.op(add, x, x, x)
	y, s := w.expParts(x)
	w.drop(x)
	d = w.get()
	w.opc(sub, d, s, 1) // e^x - 1 = (e^r - 1)·2^n + (2^n - 1), not positive
	w.fmaTo(y, s, d)
	w.opc(add, d, y, 2)
	w.op(div, y, y, d)
	w.drop(s, d)
	w.opBits(and, y, y, absMask)
	w.sign(y, v)
	if !slope {
		return y, ""
	}
	d = w.c(1)
	w.fmaSub(d, y, y)
	return y, d
}

// peak writes a loop of independent FMAs, the most that a core can do: n turns
// of 16 registers (12 of AVX2's).
func peak(b *assembly, s isa) {
	chains := map[int]int{16: 16, 8: 12}[s.lanes]
	b.function("fmaTurns_"+s.name, "n int", 8,
		fmt.Sprintf("\tfor range n {\n\t\tfor r := range %d { // registers\n\t\t\tr = a*b + r\n\t\t}\n\t}", chains))
	w := &writer{Buffer: &b.Buffer, isa: s}
	w.line("MOVQ n+0(FP), CX")
	for i := range chains + 2 {
		w.zero(fmt.Sprintf("%s%d", s.reg, i))
	}
	w.WriteString("\nloop:\n")
	for i := range chains {
		w.line("VFMADD231PS %s0, %s1, %s%d", s.reg, s.reg, s.reg, i+2)
	}
	w.again("loop")
	w.end()
}
