package main

import (
	"bytes"
	"fmt"
)

// scoreLoops writes the loops over blocks of attention's scores: rows rows of n,
// which need not fill whole registers. What a row's last register has too much is
// masked, so that what lies there, numbers or not, has no part in anything.
func scoreLoops(b *assembly, s isa) {
	softmaxScores(b, s, false)
	softmaxScores(b, s, true)
	gradScores(b, s)
}

// scores is the writer of one such loop. R10 has the whole registers of a row but
// its last, CX the rows that are left, R11 the floats of a row in bytes, and the
// mask of the last register is in K2, or in a register of AVX2's.
type scores struct {
	*writer
	mask string
}

// beginScores opens a function of the given pointers, which are followed by ld,
// rows, n and with. R8 becomes ld in bytes.
func beginScores(b *assembly, s isa, name, does string, params ...string) *scores {
	args := ""
	for i, p := range params {
		if i > 0 {
			args += ", "
		}
		args += p
	}
	at := 8 * len(params)
	b.function(name+"_"+s.name, args+" *float32, ld, rows, n int, with *float32", at+32, does)
	w := &scores{writer: &writer{Buffer: new(bytes.Buffer), isa: s}}
	for r := s.regs - 1; r >= 0; r-- {
		w.free = append(w.free, r)
	}
	for i, p := range params {
		w.line("MOVQ %s+%d(FP), %s", p, 8*i, pointers[i])
	}
	w.line("MOVQ ld+%d(FP), R8", at)
	w.line("MOVQ rows+%d(FP), CX", at+8)
	w.line("MOVQ n+%d(FP), R11", at+16)
	w.line("MOVQ with+%d(FP), R9", at+24)
	w.line("SHLQ $2, R8")
	w.line("LEAQ -1(R11), R10")
	w.line("MOVQ R10, AX")
	w.line("SHRQ $%d, R10", map[int]int{16: 4, 8: 3}[s.lanes])
	w.line("ANDQ $%d, AX", s.lanes-1)
	w.line("SHLQ $2, R11")
	if s == avx512 { // as many ones as the last register has floats
		w.line("MOVQ $0xffff, BX")
		w.line("MOVQ $15, R12")
		w.line("SUBQ AX, R12")
		w.line("SHRXQ R12, BX, BX")
		w.line("KMOVW BX, K2")
		return w
	}
	w.mask = w.get()
	w.line("NEGQ AX")
	w.line("LEAQ tailMask<>+28(SB), BX")
	w.line("VMOVUPS (BX)(AX*4), %s", w.mask)
	return w
}

// tailMask is where AVX2's masks are read from: eight registers' words of ones,
// then of zeros.
func tailMask(b *assembly) {
	b.WriteString("\n")
	for i := range 16 {
		bits := "0xffffffff"
		if i >= 8 {
			bits = "0x00000000"
		}
		fmt.Fprintf(b, "DATA tailMask<>+%d(SB)/4, $%s\n", 4*i, bits)
	}
	b.WriteString("GLOBL tailMask<>(SB), RODATA|NOPTR, $64\n")
}

// loadTail loads a row's last register, with zeros for what it has too much.
func (w *scores) loadTail(mem string) string {
	v := w.get()
	if w.isa == avx512 {
		w.line("VMOVUPS.Z %s, K2, %s", mem, v)
	} else {
		w.line("VMASKMOVPS %s, %s, %s", mem, w.mask, v)
	}
	return v
}

// storeTail stores of a row's last register what belongs to it.
func (w *scores) storeTail(v, mem string) {
	if w.isa == avx512 {
		w.line("VMOVUPS %s, K2, %s", v, mem)
	} else {
		w.line("VMASKMOVPS %s, %s, %s", v, w.mask, mem)
	}
}

// overwrite sets x to y where a row's last register has too much.
func (w *scores) overwrite(x, y string) {
	if w.isa == avx512 {
		w.line("VMOVAPS %s, K2, %s", x, y) // the others remain y's
		w.line("VMOVAPS %s, %s", y, x)
	} else {
		w.line("VBLENDVPS %s, %s, %s, %s", w.mask, x, y, x)
	}
}

// row emits one pass over a row: turn, for whole registers and then for the last.
// at are pointers that the pass advances.
func (w *scores) row(label string, at []string, turn func(tail bool)) {
	w.line("MOVQ R10, R13")
	w.line("TESTQ R13, R13")
	w.line("JZ %stail", label)
	w.WriteString("\n" + label + ":\n")
	turn(false)
	for _, p := range at {
		w.line("ADDQ $%d, %s", 4*w.lanes, p)
	}
	w.line("DECQ R13")
	w.line("JNZ %s", label)
	w.WriteString("\n" + label + "tail:\n")
	turn(true)
}

// rowPairs is row with two registers at a time, as long as there are two. An
// exponential, and a hash, is one long chain; two of them that take turns keep the
// processor busy. turn gets 0, or 1 of the second, for place.
func (w *scores) rowPairs(label string, at []string, turn func(i int, tail bool)) {
	w.line("MOVQ R10, R13")
	w.line("SHRQ $1, R13")
	w.line("JZ %sone", label)
	w.WriteString("\n" + label + ":\n")
	w.takeTurns(2, func(i int) { turn(i, false) })
	for _, p := range at {
		w.line("ADDQ $%d, %s", 8*w.lanes, p)
	}
	w.line("DECQ R13")
	w.line("JNZ %s", label)
	w.WriteString("\n" + label + "one:\n")
	w.line("TESTQ $1, R10")
	w.line("JZ %stail", label)
	turn(0, false)
	for _, p := range at {
		w.line("ADDQ $%d, %s", 4*w.lanes, p)
	}
	w.WriteString("\n" + label + "tail:\n")
	turn(0, true)
}

// join leaves in every lane of x the result of the operation over all lanes:
// halves with halves, in a fixed order. t is a spare register.
func (w *scores) join(i instruction, x, t string) {
	if w.isa == avx512 {
		w.line("VSHUFF64X2 $0x4e, %s, %s, %s", x, x, t)
		w.op(i, x, x, t)
		w.line("VSHUFF64X2 $0xb1, %s, %s, %s", x, x, t)
		w.op(i, x, x, t)
	} else {
		w.line("VPERM2F128 $1, %s, %s, %s", x, x, t)
		w.op(i, x, x, t)
	}
	w.line("VPERMILPS $0x4e, %s, %s", x, t)
	w.op(i, x, x, t)
	w.line("VPERMILPS $0xb1, %s, %s", x, t)
	w.op(i, x, x, t)
}

// nextRow goes on with the next row.
func (w *scores) nextRow(b *assembly) {
	w.line("DECQ CX")
	w.line("JNZ row")
	w.end()
	b.Write(w.Bytes())
}

// softmaxDoes is the loop of softmaxScores, without and with what it does for dropout.
const softmaxDoes = `	by%s := with[7]%s
	for r := range rows {
		row := x[r*ld:][:n]
		for i := range row {
			row[i] = exp(row[i]*by - max(row)*by)
		}
		for i := range row {
			row[i] *= 1 / sum(row)
		}%s
	}`

const dropDoes = `
		for i := range row {
			probs[r*n+i] = row[i]
			row[i] *= scale
			if dropped(first + r*n + i) {
				probs[r*n+i] = -probs[r*n+i] // which grad wants to know
				row[i] = 0
			}
		}`

// softmaxScores writes the softmax of scaled scores, and with drop what dropout leaves
// of it, in the same pass.
func softmaxScores(b *assembly, s isa, drop bool) {
	name, does, of := "softmaxScores", fmt.Sprintf(softmaxDoes, "", "", ""), []string{"x"}
	if drop {
		name, of = "softmaxDropScores", []string{"x", "probs"}
		does = fmt.Sprintf(softmaxDoes, ", scale, first", ", with[0], with[1] // and so on, of Dropper", dropDoes)
	}
	w := beginScores(b, s, name, does, of...)
	scale, top, sum, spare := w.get(), w.get(), w.get(), w.get()
	w.broadcast(scale, 28)
	if s == avx512 { // has registers for what each exponential needs
		for _, v := range append([]float32{1}, table[3:14]...) {
			w.hold(float64(v))
		}
		w.held[len(table)+bias] = w.bits(bias)
	}
	var d *dice
	if drop {
		d = w.dice(20, 24) // the others come from memory
		w.line("MOVL 4(R9), BX")
	}
	scaled := func(i int, tail bool) string {
		v := w.load(w.place(i, "DX"))
		w.op(mul, v, v, scale)
		if tail {
			w.line("VBROADCASTSS 32(R9), %s", spare)
			w.overwrite(v, spare)
		}
		return v
	}
	w.WriteString("\nrow:\n")
	w.line("MOVQ DI, DX")
	w.line("VBROADCASTSS 32(R9), %s", top)
	w.row("top", []string{"DX"}, func(tail bool) {
		v := scaled(0, tail)
		w.op(larger, top, top, v)
		w.drop(v)
	})
	w.join(larger, top, spare)
	w.zero(sum)
	w.line("MOVQ DI, DX")
	w.rowPairs("exp", []string{"DX"}, func(i int, tail bool) {
		v := scaled(i, tail)
		w.op(sub, v, v, top)
		w.exp(v)
		w.store(v, w.place(i, "DX"))
		w.op(add, sum, sum, v)
		w.drop(v)
	})
	w.join(add, sum, spare)
	one := w.c(1)
	w.op(div, sum, one, sum)
	w.drop(one)
	w.line("MOVQ DI, DX")
	if drop {
		d.divide(sum, top)
	} else {
		w.row("scale", []string{"DX"}, func(bool) {
			v := w.load("(DX)")
			w.op(mul, v, v, sum)
			w.positive(v) // a NaN, whose sign grad would take for dropout's
			w.store(v, "(DX)")
			w.drop(v)
		})
	}
	w.line("ADDQ R8, DI")
	w.nextRow(b)
}

// divide multiplies the row at DX by sum, writes it to SI, negative where it is
// dropped, and leaves what dropout leaves. SI and the count in BX go on to the next
// row; scale is a spare register.
func (d *dice) divide(sum, scale string) {
	w := d.w
	first, second := d.roll(), d.roll()
	first.row()
	w.broadcast(scale, 0)
	w.rowPairs("drop", []string{"DX", "SI"}, func(i int, tail bool) {
		r := first
		if i > 0 {
			r = second
			w.op(addInts, r.index, first.index, r.parameter(16))
		}
		v := w.load(w.place(i, "DX"))
		w.op(mul, v, v, sum)
		r.draw()
		if i > 0 {
			w.op(addInts, first.index, first.index, r.parameter(16))
		}
		p := r.signed(v)
		if tail {
			w.storeTail(p, w.place(i, "SI"))
		} else {
			w.store(p, w.place(i, "SI"))
		}
		w.op(mul, v, v, scale)
		r.apply(v)
		w.store(v, w.place(i, "DX"))
		w.drop(v, p)
	})
	for _, r := range []*roll{first, second} {
		w.drop(r.index, r.h, r.shifted)
	}
	w.back("SI")
	w.line("ADDQ R11, SI")
	w.line("SHRQ $2, R11")
	w.line("ADDL R11, BX")
	w.line("SHLQ $2, R11")
}

// back takes pointers back to where a row's pass began.
func (w *scores) back(pointers ...string) {
	w.line("MOVQ R10, R13")
	w.line("SHLQ $%d, R13", map[int]int{16: 6, 8: 5}[w.lanes])
	for _, p := range pointers {
		w.line("SUBQ R13, %s", p)
	}
}

// dropped leaves in h, or in K1, which elements of p are negative, for apply, and p
// positive.
func (w *scores) dropped(p, h string) {
	if w.isa == avx512 {
		w.line("VPMOVD2M %s, K1", p)
		w.line("KNOTW K1, K1")
	} else {
		w.line("VPSRAD $31, %s, %s", p, h)
	}
	w.positive(p)
}

// positive clears p's sign.
func (w *scores) positive(p string) {
	w.opBits(and, p, p, absMask)
}

// apply sets x to 0 where K1, or h, says so.
func (w *scores) apply(x, h string) {
	if w.isa == avx512 {
		w.line("VMOVAPS.Z %s, K1, %s", x, x)
		return
	}
	w.clear(x, h)
}

func gradScores(b *assembly, s isa) {
	w := beginScores(b, s, "gradScores",
		"\tscale, by := with[0], with[7]\n"+
			"\tfor r := range rows {\n\t\tvar sum float32\n"+
			"\t\tfor i := range n {\n\t\t\tp := abs(probs[r*n+i])\n"+
			"\t\t\tif signbit(probs[r*n+i]) { // dropped\n\t\t\t\tds[r*ld+i], pd[r*ld+i] = 0, 0\n\t\t\t} else {\n"+
			"\t\t\t\tds[r*ld+i] *= scale\n\t\t\t\tpd[r*ld+i] = p * scale\n\t\t\t}\n"+
			"\t\t\tsum += p * ds[r*ld+i]\n\t\t}\n"+
			"\t\tfor i := range n {\n\t\t\tds[r*ld+i] = by * abs(probs[r*n+i]) * (ds[r*ld+i] - sum)\n\t\t}\n\t}",
		"ds", "pd", "probs")
	scale, by, sum, spare, h := w.get(), w.get(), w.get(), w.get(), w.get()
	w.broadcast(scale, 0)
	w.broadcast(by, 28)
	w.held = map[int]string{len(table) + absMask: w.bits(absMask)}
	load := func(mem string, tail bool) string {
		if tail {
			return w.loadTail(mem)
		}
		return w.load(mem)
	}
	w.WriteString("\nrow:\n")
	w.zero(sum)
	w.row("sum", []string{"DI", "SI", "DX"}, func(tail bool) {
		p, g := load("(DX)", tail), load("(DI)", tail)
		w.dropped(p, h)
		w.op(mul, g, g, scale)
		w.apply(g, h)
		w.store(g, "(DI)")
		w.fma(sum, p, g)
		w.op(mul, p, p, scale)
		w.apply(p, h)
		w.store(p, "(SI)")
		w.drop(p, g)
	})
	w.join(add, sum, spare)
	w.back("DI", "SI", "DX")
	w.row("grad", []string{"DI", "DX"}, func(tail bool) {
		p, g := load("(DX)", tail), w.load("(DI)")
		w.positive(p)
		w.op(sub, g, g, sum)
		w.op(mul, p, p, by)
		w.op(mul, g, g, p)
		w.store(g, "(DI)")
		w.drop(p, g)
	})
	w.back("DI", "DX")
	w.line("ADDQ R8, DI")
	w.line("ADDQ R8, SI")
	w.line("ADDQ R11, DX")
	w.nextRow(b)
}
