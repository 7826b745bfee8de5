package main

import (
	"fmt"
	"strings"
)

// neonRows and neonWidth are the largest tile of c: 24 registers of sums, four
// of b, and four in turn of an element of a in every lane.
const (
	neonRows  = 6
	neonWidth = 16
)

// neonKernels writes the micro-kernels of 1 to neonRows rows for arm64, in the
// same two forms and with the same sums as amd64's: one chain of fused
// multiply-adds an element, k ascending, added to c or stored at the end.
func neonKernels(b *assembly) {
	for rows := 1; rows <= neonRows; rows++ {
		neonKernel(b, rows, false)
		neonKernel(b, rows, true)
	}
}

// neonKernel writes one of them. R18, R27 and R28 belong to the system, the
// assembler and the runtime.
func neonKernel(b *assembly, rows int, packed bool) {
	kind := "R"
	if packed {
		kind = "C"
	}
	name := fmt.Sprintf("kern%s%dx%d", kind, rows, neonWidth)
	p := b.line
	b.function(name, kernArgs, 57, kernDoes(rows, neonWidth, packed))
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
	sum := func(i, j int) int { return 8 + 4*i + j }
	for i := range rows {
		if i > 0 && !packed {
			p("ADD R2, R%d, R%d", 6+i, 7+i)
		}
		for j := range 4 {
			p("VEOR V%d.B16, V%d.B16, V%d.B16", sum(i, j), sum(i, j), sum(i, j))
		}
	}
	if packed {
		p("SUB $%d, R2, R2", 4*rows)
	}
	b.WriteString("\nloop:\n")
	p("VLD1 (R3), %s", neonRegs(0))
	p("ADD R4, R3, R3")
	for i := range rows {
		at := 7 + i
		if packed {
			at = 7
		}
		v := 4 + i%4
		p("VLD1R.P 4(R%d), [V%d.S4]", at, v)
		for j := range 4 {
			p("VFMLA V%d.S4, V%d.S4, V%d.S4", j, v, sum(i, j))
		}
	}
	if packed {
		p("ADD R2, R7, R7")
	}
	p("SUBS $1, R0, R0")
	p("BNE loop")
	p("MOVBU acc+56(FP), R13")
	p("CBZ R13, store")
	// There is no addition of vectors in the assembler; c + 1·sum rounds alike.
	p("MOVD $0x3f800000, R14")
	p("VDUP R14, V4.S4")
	for i := range rows {
		p("VLD1 (R5), %s", neonRegs(0))
		for j := range 4 {
			p("VFMLA V4.S4, V%d.S4, V%d.S4", sum(i, j), j)
		}
		p("VST1 %s, (R5)", neonRegs(0))
		p("ADD R6, R5, R5")
	}
	p("RET")
	b.WriteString("\nstore:\n")
	for i := range rows {
		p("VST1 %s, (R5)", neonRegs(sum(i, 0)))
		p("ADD R6, R5, R5")
	}
	p("RET")
}

// neonSquaresTile writes squaresTile for arm64.
func neonSquaresTile(b *assembly) {
	p := b.line
	b.function("squaresTileNEON", "c *float32, ldc, rows int, sums *float32", 32, squaresDoes(neonWidth, neonWidth))
	p("MOVD c+0(FP), R0")
	p("MOVD ldc+8(FP), R1")
	p("MOVD rows+16(FP), R2")
	p("MOVD sums+24(FP), R3")
	p("LSL $2, R1, R1")
	for i := range 4 {
		p("VEOR V%d.B16, V%d.B16, V%d.B16", 4+i, 4+i, 4+i)
	}
	b.WriteString("\nrow:\n")
	p("VLD1 (R0), %s", neonRegs(0))
	for i := range 4 {
		p("VFMLA V%d.S4, V%d.S4, V%d.S4", i, i, 4+i)
	}
	p("ADD R1, R0, R0")
	p("SUBS $1, R2, R2")
	p("BNE row")
	p("VST1 %s, (R3)", neonRegs(4)) // four sums a lane: the caller adds them all
	p("RET")
}

// neonRegs names four registers from the first on.
func neonRegs(first int) string {
	var all []string
	for i := range 4 {
		all = append(all, fmt.Sprintf("V%d.S4", first+i))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// neonPeak writes a loop of 24 independent multiply-adds of four lanes.
func neonPeak(b *assembly) {
	p := b.line
	b.function("fmaTurnsNEON", "n int", 8, "\tfor range n {\n\t\tfor r := range 24 { // registers\n\t\t\tr = a*b + r\n\t\t}\n\t}")
	p("MOVD n+0(FP), R0")
	for i := range 32 {
		p("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	b.WriteString("\nloop:\n")
	for i := range 24 {
		p("VFMLA V0.S4, V1.S4, V%d.S4", 8+i)
	}
	p("SUBS $1, R0, R0")
	p("BNE loop")
	p("RET")
}

// neonPause writes a wait of n turns that leaves the core to its other thread.
func neonPause(b *assembly) {
	b.function("pause", "n int", 8, pauseDoes)
	b.WriteString("\tMOVD n+0(FP), R0\n\nturn:\n\tYIELD\n\tSUBS $1, R0, R0\n\tBNE turn\n\tRET\n")
}
