package main

import (
	"bytes"
	"fmt"
	"math"
)

// table holds the constants that loops broadcast, each under its value.
var table = []float32{
	1, 0.5, -0.5,
	1.44269504088896341, 0.693359375, -2.12194440e-4, // exp's reduction: log2(e), ln(2) in two parts
	1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, // and polynomial
	-87.33654, 88.3,
	0.3275911, 1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592, // erf
	0.70710678118654752, 0.39894228040143268,
	-1, -2 * sqrt2byPi, -2 * sqrt2byPi * 0.044715, 2 * sqrt2byPi, 6 * sqrt2byPi * 0.044715, // tanh's form of GELU
}

const sqrt2byPi = 0.79788456080286536

// Bit patterns behind the table.
var bits = []uint32{0x7fffffff, 0x80000000, 127}

const (
	absMask = iota
	signMask
	bias
)

// constants writes the table, with zeros behind it up to a multiple of whole
// numbers.
func constants(b *bytes.Buffer, whole int) {
	var all []uint32
	for _, v := range table {
		all = append(all, math.Float32bits(v))
	}
	all = append(all, bits...)
	for len(all)%whole != 0 {
		all = append(all, 0)
	}
	b.WriteString("\n")
	for i, v := range all {
		fmt.Fprintf(b, "DATA constants<>+%d(SB)/4, $0x%08x\n", 4*i, v)
	}
	fmt.Fprintf(b, "GLOBL constants<>(SB), RODATA|NOPTR, $%d\n", 4*len(all))
}

// writer emits one function of one instruction set and hands out registers.
type writer struct {
	*bytes.Buffer
	isa
	free      []int
	constants bool // NEON: some were asked for
}

// p writes an instruction, in amd64's words.
func (w *writer) p(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if w.isa == neon {
		w.neon(line)
		return
	}
	fmt.Fprintf(w, "\t%s\n", line)
}

// get hands out a register.
func (w *writer) get() string {
	r := w.free[len(w.free)-1]
	w.free = w.free[:len(w.free)-1]
	return fmt.Sprintf("%s%d", w.reg, r)
}

// drop takes registers back.
func (w *writer) drop(regs ...string) {
	for _, r := range regs {
		var n int
		fmt.Sscanf(r[1:], "%d", &n)
		w.free = append(w.free, n)
	}
}

func (w *writer) load(mem string) string {
	r := w.get()
	w.p("VMOVUPS %s, %s", mem, r)
	return r
}

// c broadcasts a constant of the table.
func (w *writer) c(v float64) string {
	for i, t := range table {
		if t == float32(v) {
			return w.constant(i)
		}
	}
	panic(fmt.Sprintf("%v is not in the table", v))
}

func (w *writer) bits(i int) string { return w.constant(len(table) + i) }

// constant broadcasts what stands at a place of the table.
func (w *writer) constant(place int) string {
	r := w.get()
	if w.isa == neon {
		w.neonConstant(place, r)
	} else {
		w.p("VBROADCASTSS constants<>+%d(SB), %s", 4*place, r)
	}
	return r
}

// op computes dst = a op b.
func (w *writer) op(name, dst, a, b string) { w.p("%s %s, %s, %s", name, b, a, dst) }

// opc computes dst = a op constant.
func (w *writer) opc(name, dst, a string, v float64) {
	k := w.c(v)
	w.op(name, dst, a, k)
	w.drop(k)
}

// horner computes x = x*m + v.
func (w *writer) horner(x, m string, v float64) {
	k := w.c(v)
	if w.isa == neon { // its sum replaces the constant, which nobody needs afterwards
		w.p("VFMADD231PS %s, %s, %s", x, m, k)
		w.p("VORPS %s, %s, %s", k, k, x)
	} else {
		w.p("VFMADD213PS %s, %s, %s", k, m, x)
	}
	w.drop(k)
}

func (w *writer) logic(name, dst, a, b string) {
	if w.isa == avx512 {
		name = map[string]string{"VANDPS": "VPANDD", "VORPS": "VPORD"}[name]
	}
	w.op(name, dst, a, b)
}

// exp replaces x by its exponential: below the smallest normal number by 0, and
// for x at most 88.3. The steps are exp32's.
func (w *writer) exp(x string) {
	n, low := w.get(), w.c(-87.33654)
	mask := ""
	if w.isa == avx512 {
		w.p("VCMPPS $13, %s, %s, K1", low, x) // x >= low
	} else {
		mask = w.get()
		w.p("VCMPPS $13, %s, %s, %s", low, x, mask)
	}
	w.op("VMAXPS", x, x, low)
	w.drop(low)
	w.opc("VMINPS", x, x, 88.3)
	w.opc("VMULPS", n, x, 1.44269504088896341)
	if w.isa == avx512 {
		w.p("VRNDSCALEPS $0, %s, %s", n, n)
	} else {
		w.p("VROUNDPS $0, %s, %s", n, n)
	}
	for _, part := range []float64{0.693359375, -2.12194440e-4} {
		k := w.c(part)
		w.p("VFNMADD231PS %s, %s, %s", k, n, x)
		w.drop(k)
	}
	poly := w.c(1.9875691500e-4)
	for _, v := range []float64{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		w.horner(poly, x, v)
	}
	w.op("VMULPS", poly, poly, x)
	w.p("VFMADD213PS %s, %s, %s", x, x, poly) // poly*x + x
	w.opc("VADDPS", poly, poly, 1)
	w.p("VCVTPS2DQ %s, %s", n, n)
	k := w.bits(bias)
	w.op("VPADDD", n, n, k)
	w.drop(k)
	w.p("VPSLLD $23, %s, %s", n, n)
	w.op("VMULPS", x, poly, n)
	if w.isa == avx512 {
		w.p("VMOVAPS.Z %s, K1, %s", x, x)
	} else {
		w.op("VANDPS", x, x, mask)
		w.drop(mask)
	}
	w.drop(n, poly)
}

// erf returns erf(v/√2) given e = exp(-v²/2), by erf32's steps.
func (w *writer) erf(v, e string) string {
	a, m := w.get(), w.bits(absMask)
	w.logic("VANDPS", a, v, m)
	w.drop(m)
	w.opc("VMULPS", a, a, 0.70710678118654752)
	t := w.c(0.3275911)
	one := w.c(1)
	w.p("VFMADD213PS %s, %s, %s", one, a, t)
	w.op("VDIVPS", t, one, t)
	poly := w.c(1.061405429)
	for _, c := range []float64{-1.453152027, 1.421413741, -0.284496736, 0.254829592} {
		w.horner(poly, t, c)
	}
	w.op("VMULPS", poly, poly, t)
	w.p("VFNMADD213PS %s, %s, %s", one, e, poly) // 1 - poly*e
	s := w.bits(signMask)
	w.logic("VANDPS", s, v, s)
	w.logic("VORPS", poly, poly, s)
	w.drop(a, t, one, s)
	return poly
}

// sigmoid returns 1/(1+exp(-z)), where z is v, or with tanh 2√(2/π)(v+0.044715v³):
// v times it is SiLU, or GELU in tanh's form.
func (w *writer) sigmoid(v string, tanh bool) string {
	var z string
	if tanh {
		q := w.get()
		w.op("VMULPS", q, v, v)
		z = w.c(-2 * sqrt2byPi * 0.044715)
		w.horner(z, q, -2*sqrt2byPi)
		w.op("VMULPS", z, z, v)
		w.drop(q)
	} else {
		z = w.get()
		w.opc("VMULPS", z, v, -1)
	}
	w.exp(z)
	one := w.c(1)
	w.op("VADDPS", z, z, one)
	w.op("VDIVPS", z, one, z)
	w.drop(one)
	return z
}
