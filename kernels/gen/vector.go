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
	tailScale, 16, // the normal tail
	0.09317892044782639, 0.09147768467664719, 0.10061381012201309, 0.023603864014148712,
	0.2042628675699234, -0.1755896359682083, 0.23012764751911163, -0.0676751509308815,
	0.39894228040143268, 2,
	-1, -2 * sqrt2byPi, -2 * sqrt2byPi * 0.044715, 2 * sqrt2byPi, 6 * sqrt2byPi * 0.044715, // tanh's form of GELU
}

const (
	sqrt2byPi = 0.79788456080286536
	tailScale = 0.23334524035453796
)

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
// for x at most 88.3. A NaN remains one, for it is not below, and the larger and
// the smaller of a number and a NaN is the operand that comes last. The steps are
// exp32's.
func (w *writer) exp(x string) {
	low := w.c(-87.33654)
	below := ""
	if w.isa == avx512 {
		w.p("VCMPPS $5, %s, %s, K1", low, x) // not x < low
	} else {
		below = w.get()
		w.p("VCMPPS $1, %s, %s, %s", low, x, below) // x < low
	}
	w.op("VMAXPS", x, low, x)
	w.drop(low)
	high := w.c(88.3)
	w.op("VMINPS", x, high, x)
	w.drop(high)
	poly, scale := w.expParts(x)
	w.opc("VADDPS", poly, poly, 1)
	w.op("VMULPS", x, poly, scale)
	if w.isa == avx512 {
		w.p("VMOVAPS.Z %s, K1, %s", x, x)
	} else {
		w.op("VANDNPS", x, below, x)
		w.drop(below)
	}
	w.drop(scale, poly)
}

// expParts returns e^r - 1 and 2^n, where x, from -87.4 to 88.3, is r + n·ln2
// and r at most half of ln2. It leaves r in x.
func (w *writer) expParts(x string) (poly, scale string) {
	n := w.get()
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
	poly = w.c(1.9875691500e-4)
	for _, v := range []float64{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		w.horner(poly, x, v)
	}
	w.op("VMULPS", poly, poly, x)
	w.p("VFMADD213PS %s, %s, %s", x, x, poly) // poly*x + x
	w.p("VCVTPS2DQ %s, %s", n, n)
	k := w.bits(bias)
	w.op("VPADDD", n, n, k)
	w.drop(k)
	w.p("VPSLLD $23, %s, %s", n, n)
	return poly, n
}

// tail returns |v|, at most 16, the standard normal tail beyond it, and
// exp(-v²/2), by tail32's steps.
func (w *writer) tail(v string) (a, q, e string) {
	a = w.bits(absMask)
	w.logic("VANDPS", a, v, a)
	k := w.c(16)
	w.op("VMINPS", a, k, a) // in this order a NaN remains one
	w.drop(k)
	e, lost := w.get(), w.get()
	w.op("VMULPS", e, a, a)
	w.op("VMULPS", lost, a, a)
	w.p("VFNMADD231PS %s, %s, %s", a, a, lost)
	w.opc("VMULPS", lost, lost, 0.5)
	w.opc("VMULPS", e, e, -0.5)
	w.exp(e)
	w.p("VFMADD213PS %s, %s, %s", e, lost, e)
	w.drop(lost)
	t, one := w.c(tailScale), w.c(1)
	w.p("VFMADD213PS %s, %s, %s", one, a, t)
	w.op("VDIVPS", t, one, t)
	w.drop(one)
	q = w.c(-0.0676751509308815)
	for _, c := range []float64{0.23012764751911163, -0.1755896359682083, 0.2042628675699234, 0.023603864014148712,
		0.10061381012201309, 0.09147768467664719, 0.09317892044782639} {
		w.horner(q, t, c)
	}
	w.op("VMULPS", q, q, t)
	w.op("VMULPS", q, q, e)
	w.drop(t)
	return a, q, e
}

// sign gives x, which is not negative, the sign of v.
func (w *writer) sign(x, v string) {
	s := w.bits(signMask)
	w.logic("VANDPS", s, v, s)
	w.logic("VORPS", x, x, s)
	w.drop(s)
}

// sigmoid returns g = 1/(1+exp(-z)), where z is v, or with tanh
// 2√(2/π)(v+0.044715v³), and 1-g: v·g is SiLU, or GELU in tanh's form.
func (w *writer) sigmoid(v string, tanh bool) (g, rest string) {
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
	g, one := w.get(), w.c(1)
	w.op("VADDPS", g, z, one)
	w.op("VDIVPS", g, one, g)
	w.op("VMULPS", z, z, g) // nothing cancels
	w.drop(one)
	return g, z
}
