package main

import "fmt"

// rowDots writes the products of one row with sixteen others that lie in memory
// row by row: sixteen sums over k side by side, each in ascending order. Four
// floats of every row are loaded into a lane's quarter and turned, so that each
// is read once, and only there. What the next call will read is asked for.
func rowDots(b *assembly) {
	p := b.line
	b.function("rowDots_avx512", "k int, x, w *float32, ld int, y *float32", 40,
		"\ty[:16] = 0\n\tfor p := range k { // a multiple of 16\n"+
			"\t\tfor j := range 16 {\n\t\t\ty[j] += x[p] * w[j*ld+p]\n\t\t}\n\t}")
	p("MOVQ k+0(FP), CX")
	p("MOVQ x+8(FP), SI")
	p("MOVQ w+16(FP), DI")
	p("MOVQ ld+24(FP), R8")
	p("MOVQ y+32(FP), DX")
	p("SHLQ $2, R8")
	p("LEAQ (R8)(R8*2), R12")
	bases := []string{"DI", "R9", "R10", "R11", "R13", "AX", "BX", "R15"} // every fourth row; four of the next call's
	for i := 1; i < len(bases); i++ {
		p("LEAQ (%s)(R8*4), %s", bases[i-1], bases[i])
	}
	for i, mask := range []int{0x00f0, 0x0f00, 0xf000} {
		p("MOVL $%d, R14", mask)
		p("KMOVW R14, K%d", i+1)
	}
	p("VPXORD Z31, Z31, Z31")
	rows := []string{"", "(R8*1)", "(R8*2)", "(R12*1)"}
	b.WriteString("\nloop:\n")
	for q := 4; q < 8; q++ {
		for _, row := range rows {
			p("PREFETCHT1 (%s)%s", bases[q], row)
		}
	}
	for at := 0; at < 64; at += 16 {
		for t, row := range rows {
			p("VMOVUPS %d(DI)%s, X%d", at, row, t)
			for q := 1; q < 4; q++ {
				p("VBROADCASTF32X4 %d(%s)%s, K%d, Z%d", at, bases[q], row, q, t)
			}
		}
		for _, half := range []int{0, 2} { // pairs of rows, then fours
			p("VUNPCKLPS Z%d, Z%d, Z%d", half+1, half, 4+half)
			p("VUNPCKHPS Z%d, Z%d, Z%d", half+1, half, 5+half)
		}
		for i, low := range []int{4, 5} {
			p("VUNPCKLPD Z%d, Z%d, Z%d", low+2, low, 8+2*i)
			p("VUNPCKHPD Z%d, Z%d, Z%d", low+2, low, 9+2*i)
		}
		for i := range 4 {
			p("VFMADD231PS.BCST %s, Z%d, Z31", fmt.Sprintf("%d(SI)", at+4*i), 8+i)
		}
	}
	for _, base := range append([]string{"SI"}, bases...) {
		p("ADDQ $64, %s", base)
	}
	p("SUBQ $16, CX")
	p("JNZ loop")
	p("VMOVUPS Z31, (DX)")
	p("VZEROUPPER")
	p("RET")
}

// rowDots2 is rowDots for AVX2: eight rows in the two halves of four registers, and
// the other eight likewise. k is a multiple of 8.
func rowDots2(b *assembly) {
	p := b.line
	b.function("rowDots_avx2", "k int, x, w *float32, ld int, y *float32", 40,
		"\ty[:16] = 0\n\tfor p := range k { // a multiple of 8\n"+
			"\t\tfor j := range 16 {\n\t\t\ty[j] += x[p] * w[j*ld+p]\n\t\t}\n\t}")
	p("MOVQ k+0(FP), CX")
	p("MOVQ x+8(FP), SI")
	p("MOVQ w+16(FP), DI")
	p("MOVQ ld+24(FP), R8")
	p("MOVQ y+32(FP), DX")
	p("SHLQ $2, R8")
	p("LEAQ (R8)(R8*2), R12")
	bases := []string{"DI", "R9", "R10", "R11", "R13", "AX", "BX", "R15"} // every fourth row; four of the next call's
	for i := 1; i < len(bases); i++ {
		p("LEAQ (%s)(R8*4), %s", bases[i-1], bases[i])
	}
	p("VXORPS Y14, Y14, Y14")
	p("VXORPS Y15, Y15, Y15")
	rows := []string{"", "(R8*1)", "(R8*2)", "(R12*1)"}
	b.WriteString("\nloop:\n")
	for q := 4; q < 8; q++ { // half a line a turn: each is asked for twice
		for _, row := range rows {
			p("PREFETCHT1 (%s)%s", bases[q], row)
		}
	}
	for at := 0; at < 32; at += 16 {
		for half := range 2 {
			low, high := bases[2*half], bases[2*half+1]
			for t, row := range rows {
				p("VMOVUPS %d(%s)%s, X%d", at, low, row, t)
				p("VINSERTF128 $1, %d(%s)%s, Y%d, Y%d", at, high, row, t, t)
			}
			for _, pair := range []int{0, 2} { // pairs of rows, then fours
				p("VUNPCKLPS Y%d, Y%d, Y%d", pair+1, pair, 4+pair)
				p("VUNPCKHPS Y%d, Y%d, Y%d", pair+1, pair, 5+pair)
			}
			for i, low := range []int{4, 5} {
				p("VUNPCKLPD Y%d, Y%d, Y%d", low+2, low, 8+2*i)
				p("VUNPCKHPD Y%d, Y%d, Y%d", low+2, low, 9+2*i)
			}
			for i := range 4 {
				p("VBROADCASTSS %d(SI), Y%d", at+4*i, 12+i%2)
				p("VFMADD231PS Y%d, Y%d, Y%d", 12+i%2, 8+i, 14+half)
			}
		}
	}
	for _, base := range append([]string{"SI"}, bases...) {
		p("ADDQ $32, %s", base)
	}
	p("SUBQ $8, CX")
	p("JNZ loop")
	p("VMOVUPS Y14, (DX)")
	p("VMOVUPS Y15, 32(DX)")
	p("VZEROUPPER")
	p("RET")
}

// rowPanels writes the micro-kernels of one row and of two by a wide panel of b that
// is read where it lies, its rows asked for ahead.
func rowPanels(b *assembly, s isa, nv int) {
	const ahead = 8
	microKernelAhead(b, s, 1, nv, false, ahead)
	microKernelAhead(b, s, 2, nv, false, ahead)
}
