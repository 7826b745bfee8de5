package main

import (
	"fmt"
	"math"
	"slices"
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
var patterns = []uint32{0x7fffffff, 0x80000000, 127}

const (
	absMask = iota
	signMask
	bias
)

// copies is how often each number of amd64's table stands there: a register of AVX2's
// full.
const copies = 8

// constants writes the table, each number so many times, with zeros behind it up to a
// multiple of whole numbers.
func constants(b *assembly, times, whole int) {
	var all []uint32
	for _, v := range table {
		all = append(all, slices.Repeat([]uint32{math.Float32bits(v)}, times)...)
	}
	for _, v := range patterns {
		all = append(all, slices.Repeat([]uint32{v}, times)...)
	}
	for len(all)%whole != 0 {
		all = append(all, 0)
	}
	b.WriteString("\n")
	for i := 0; i < len(all); i += 2 {
		fmt.Fprintf(b, "DATA constants<>+%d(SB)/8, $0x%08x%08x\n", 4*i, all[i+1], all[i])
	}
	fmt.Fprintf(b, "GLOBL constants<>(SB), RODATA|NOPTR, $%d\n", 4*len(all))
}

// exp replaces x by its exponential: below the smallest normal number by 0, and
// for x at most 88.3. A NaN remains one, for it is not below, and the larger and
// the smaller of a number and a NaN is the operand that comes last. The steps are
// exp32's.
func (w *writer) exp(x string) {
	low := w.c(-87.33654)
	below := w.below(x, low, false)
	w.op(larger, x, low, x)
	w.drop(low)
	high := w.c(88.3)
	w.op(smaller, x, high, x)
	w.drop(high)
	poly, scale := w.expParts(x)
	w.opc(add, poly, poly, 1)
	w.op(mul, x, poly, scale)
	w.clearWhere(x, below)
	w.drop(scale, poly)
}

// expParts returns e^r - 1 and 2^n, where x, from -87.4 to 88.3, is r + n·ln2
// and r at most half of ln2. It leaves r in x.
func (w *writer) expParts(x string) (poly, scale string) {
	n := w.get()
	w.opc(mul, n, x, 1.44269504088896341)
	w.op1(toWhole, n, n)
	for _, part := range []float64{0.693359375, -2.12194440e-4} {
		k := w.operand(placeOf(part))
		w.fmaSub(x, n, k)
		w.drop(k)
	}
	poly = w.own(1.9875691500e-4)
	for _, v := range []float64{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		w.horner(poly, x, v)
	}
	w.op(mul, poly, poly, x)
	w.fmaTo(poly, x, x) // poly*x + x
	w.op1(toInts, n, n)
	w.opBits(addInts, n, n, bias)
	w.shift(true, n, n, 23)
	return poly, n
}

// tail returns |v|, at most 16, the standard normal tail beyond it, and
// exp(-v²/2), by tail32's steps.
func (w *writer) tail(v string) (a, q, e string) {
	a = w.get()
	w.opBits(and, a, v, absMask)
	k := w.c(16)
	w.op(smaller, a, k, a) // in this order a NaN remains one
	w.drop(k)
	e, lost := w.get(), w.get()
	w.op(mul, e, a, a)
	w.op(mul, lost, a, a)
	w.fmaSub(lost, a, a)
	w.opc(mul, lost, lost, 0.5)
	w.opc(mul, e, e, -0.5)
	w.exp(e)
	w.fmaTo(e, lost, e)
	w.drop(lost)
	t := w.own(tailScale)
	w.horner(t, a, 1)
	one := w.c(1)
	w.op(div, t, one, t)
	w.drop(one)
	q = w.own(-0.0676751509308815)
	for _, c := range []float64{0.23012764751911163, -0.1755896359682083, 0.2042628675699234, 0.023603864014148712,
		0.10061381012201309, 0.09147768467664719, 0.09317892044782639} {
		w.horner(q, t, c)
	}
	w.op(mul, q, q, t)
	w.op(mul, q, q, e)
	w.drop(t)
	return a, q, e
}

// sign gives x, which is not negative, the sign of v.
func (w *writer) sign(x, v string) {
	s := w.get()
	w.opBits(and, s, v, signMask)
	w.op(or, x, x, s)
	w.drop(s)
}

// sigmoid returns g = 1/(1+exp(-z)), where z is v, or with tanh
// 2√(2/π)(v+0.044715v³), and 1-g: v·g is SiLU, or GELU in tanh's form.
func (w *writer) sigmoid(v string, tanh bool) (g, rest string) {
	var z string
	if tanh {
		q := w.get()
		w.op(mul, q, v, v)
		z = w.c(-2 * sqrt2byPi * 0.044715)
		w.horner(z, q, -2*sqrt2byPi)
		w.op(mul, z, z, v)
		w.drop(q)
	} else {
		z = w.get()
		w.opc(mul, z, v, -1)
	}
	w.exp(z)
	g, one := w.get(), w.c(1)
	w.op(add, g, z, one)
	w.op(div, g, one, g)
	w.op(mul, z, z, g) // nothing cancels
	w.drop(one)
	return g, z
}
