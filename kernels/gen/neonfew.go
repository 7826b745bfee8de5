package main

import "fmt"

// neonFewWidth is the panel of b that one row or two are multiplied by: with two rows
// the sums take 24 registers.
const neonFewWidth = 48

// neonFew writes what multiplies one row or two by matrices that are read where they
// lie: see rowDots and rowPanels.
func neonFew(b *assembly) {
	neonRowDots(b)
	for rows := 1; rows <= 2; rows++ {
		neonRowPanel(b, rows)
	}
}

// neonRowDots writes rowDots: four rows at a time are turned, four floats of each.
func neonRowDots(b *assembly) {
	p := b.line
	b.function("rowDotsNEON", "k int, x, w *float32, ld int, y *float32", 40,
		"\ty[:16] = 0\n\tfor p := range k { // a multiple of 4\n"+
			"\t\tfor j := range 16 {\n\t\t\ty[j] += x[p] * w[j*ld+p]\n\t\t}\n\t}")
	p("MOVD k+0(FP), R0")
	p("MOVD x+8(FP), R1")
	p("MOVD w+16(FP), R2")
	p("MOVD ld+24(FP), R3")
	p("MOVD y+32(FP), R4")
	p("LSL $2, R3, R3")
	for q := range 4 {
		p("VEOR V%d.B16, V%d.B16, V%d.B16", 20+q, 20+q, 20+q)
	}
	b.WriteString("\nloop:\n")
	p("VLD1.P 16(R1), [V16.S4]")
	for i := range 4 {
		p("VDUP V16.S[%d], V%d.S4", i, 24+i)
	}
	p("MOVD R2, R5")
	for q := range 4 {
		for i := range 4 {
			p("VLD1 (R5), [V%d.S4]", i)
			p("ADD R3, R5, R5")
		}
		p("VTRN1 V1.S4, V0.S4, V4.S4") // the even floats of two rows, then the odd ones
		p("VTRN2 V1.S4, V0.S4, V5.S4")
		p("VTRN1 V3.S4, V2.S4, V6.S4")
		p("VTRN2 V3.S4, V2.S4, V7.S4")
		for i, half := range []string{"VZIP1", "VZIP1", "VZIP2", "VZIP2"} { // of all four
			p("%s V%d.D2, V%d.D2, V%d.D2", half, 6+i%2, 4+i%2, 8+i)
			p("VFMLA V%d.S4, V%d.S4, V%d.S4", 24+i, 8+i, 20+q)
		}
	}
	p("ADD $16, R2, R2")
	p("SUBS $4, R0, R0")
	p("BNE loop")
	p("VST1 %s, (R4)", neonRegs(20))
	p("RET")
}

// neonRowPanel writes the micro-kernel of so many rows by a wide panel of b.
func neonRowPanel(b *assembly, rows int) {
	p := b.line
	each := neonFewWidth / 4
	b.function(fmt.Sprintf("kernR%dx%d", rows, neonFewWidth), kernArgs, 57, kernDoes(rows, neonFewWidth, false))
	p("MOVD k+0(FP), R0")
	p("MOVD a+8(FP), R7")
	p("MOVD lda+16(FP), R2")
	p("MOVD b+24(FP), R3")
	p("MOVD bs+32(FP), R4")
	p("MOVD c+40(FP), R5")
	p("MOVD ldc+48(FP), R6")
	for _, r := range []int{2, 4, 6} { // bytes
		p("LSL $2, R%d, R%d", r, r)
	}
	p("ADD R2, R7, R8")
	sum := func(i, j int) int { return 8 + each*i + j }
	for s := range rows * each {
		p("VEOR V%d.B16, V%d.B16, V%d.B16", 8+s, 8+s, 8+s)
	}
	b.WriteString("\nloop:\n")
	for i := range rows {
		p("VLD1R.P 4(R%d), [V%d.S4]", 7+i, 4+i)
	}
	p("MOVD R3, R9")
	for j := 0; j < each; j += 4 {
		p("VLD1.P 64(R9), %s", neonRegs(0))
		for i := range rows {
			for x := range 4 {
				p("VFMLA V%d.S4, V%d.S4, V%d.S4", x, 4+i, sum(i, j+x))
			}
		}
	}
	p("ADD R4, R3, R3")
	p("SUBS $1, R0, R0")
	p("BNE loop")
	p("MOVBU acc+56(FP), R13")
	p("CBZ R13, store")
	p("MOVD $0x3f800000, R14") // c + 1·sum, as the micro-kernels add
	p("VDUP R14, V4.S4")
	for i := range rows {
		p("MOVD R5, R9")
		for j := 0; j < each; j += 4 {
			p("VLD1 (R9), %s", neonRegs(0))
			for x := range 4 {
				p("VFMLA V4.S4, V%d.S4, V%d.S4", sum(i, j+x), x)
			}
			p("VST1.P %s, 64(R9)", neonRegs(0))
		}
		p("ADD R6, R5, R5")
	}
	p("RET")
	b.WriteString("\nstore:\n")
	for i := range rows {
		p("MOVD R5, R9")
		for j := 0; j < each; j += 4 {
			p("VST1.P %s, 64(R9)", neonRegs(sum(i, j)))
		}
		p("ADD R6, R5, R5")
	}
	p("RET")
}
