package main

import (
	"bytes"
	"fmt"
)

// microKernel writes kern{mr}x{nr}: mr rows by nv registers of c, from a packed
// column by column and b packed row by row. The sum over k is one chain of FMAs
// an element, ascending; c is added to or replaced at the end.
func microKernel(b *bytes.Buffer, s isa, mr, nv int) {
	name := fmt.Sprintf("kern%dx%d", mr, nv*s.lanes)
	p := func(format string, args ...any) { fmt.Fprintf(b, "\t"+format+"\n", args...) }
	width := 4 * s.lanes
	first := s.regs - mr*nv // the accumulators are the last registers
	acc := func(i, j int) string { return fmt.Sprintf("%s%d", s.reg, first+i*nv+j) }
	fmt.Fprintf(b, "\n// func %s(k int, a, b, c *float32, ldc int, acc bool)\nTEXT ·%s(SB), NOSPLIT, $0-41\n", name, name)
	p("MOVQ k+0(FP), CX")
	p("MOVQ a+8(FP), SI")
	p("MOVQ b+16(FP), DI")
	p("MOVQ c+24(FP), DX")
	p("MOVQ ldc+32(FP), R8")
	p("SHLQ $2, R8")
	for i := range mr {
		for j := range nv {
			zero(p, s, acc(i, j))
		}
	}
	p("TESTQ CX, CX")
	p("JZ done")
	b.WriteString("\nloop:\n")
	for j := range nv {
		p("VMOVUPS %d(DI), %s%d", j*width, s.reg, j)
	}
	for i := range mr {
		if s == avx512 { // broadcast within the multiplication
			for j := range nv {
				p("VFMADD231PS.BCST %d(SI), Z%d, %s", 4*i, j, acc(i, j))
			}
			continue
		}
		p("VBROADCASTSS %d(SI), %s%d", 4*i, s.reg, nv+i%2)
		for j := range nv {
			p("VFMADD231PS %s%d, %s%d, %s", s.reg, nv+i%2, s.reg, j, acc(i, j))
		}
	}
	p("ADDQ $%d, SI", 4*mr)
	p("ADDQ $%d, DI", nv*width)
	p("DECQ CX")
	p("JNZ loop")
	b.WriteString("\ndone:\n")
	p("MOVBLZX acc+40(FP), AX")
	p("TESTB AL, AL")
	p("JZ store")
	for i := range mr {
		for j := range nv {
			p("VADDPS %d(DX), %s, %s", j*width, acc(i, j), acc(i, j))
			p("VMOVUPS %s, %d(DX)", acc(i, j), j*width)
		}
		p("ADDQ R8, DX")
	}
	p("VZEROUPPER")
	p("RET")
	b.WriteString("\nstore:\n")
	for i := range mr {
		for j := range nv {
			p("VMOVUPS %s, %d(DX)", acc(i, j), j*width)
		}
		p("ADDQ R8, DX")
	}
	p("VZEROUPPER")
	p("RET")
}

func zero(p func(string, ...any), s isa, reg string) {
	if s == avx512 {
		p("VPXORD %s, %s, %s", reg, reg, reg)
		return
	}
	p("VXORPS %s, %s, %s", reg, reg, reg)
}
