package main

import "fmt"

// Go's assembler does not know the instructions of AVX512_BF16: they are written
// as bytes. All are EVEX-coded, 512 bits wide, of map 0F38, with W = 0.
const (
	prefixF3 = 2
	prefixF2 = 3
)

// evex writes opcode with register operands; the comment names it in Go's order,
// the destination last.
func evex(b *assembly, name string, prefix, opcode, dst, src1, src2 int) {
	not := func(bit, shift int) int { return (^bit & 1) << shift }
	p0 := not(dst>>3, 7) | not(src2>>4, 6) | not(src2>>3, 5) | not(dst>>4, 4) | 2
	p1 := (^src1&15)<<3 | 4 | prefix
	p2 := 2<<5 | not(src1>>4, 3)
	modrm := 0xC0 | (dst&7)<<3 | src2&7
	fmt.Fprintf(b, "\tLONG $0x%02X%02X%02X62; WORD $0x%02X%02X // %s Z%d, Z%d, Z%d\n",
		p2, p1, p0, modrm, opcode, name, src2, src1, dst)
}

// dotPairs adds the products of 16 pairs to dst: the pairs' high halves first.
func dotPairs(b *assembly, dst, src1, src2 int) {
	evex(b, "VDPBF16PS", prefixF3, 0x52, dst, src1, src2)
}

// toBF16 rounds low's 16 floats into the low half of dst, high's into the high.
func toBF16(b *assembly, dst, high, low int) {
	evex(b, "VCVTNE2PS2BF16", prefixF2, 0x72, dst, high, low)
}

const panel = 16 // pairs side by side in a packed operand

// pairKernels writes the micro-kernels of 1 to most rows by two registers of c:
// a has panel pairs a step, b two panels side by side.
func pairKernels(b *assembly, most int) {
	for mr := 1; mr <= most; mr++ {
		pairKernel(b, mr)
	}
}

func pairKernel(b *assembly, mr int) {
	const nv = 2
	name := fmt.Sprintf("pairs%dx32", mr)
	p := b.line
	acc := func(i, j int) int { return 32 - mr*nv + i*nv + j }
	b.function(name, "pairs int, a, b *uint32, c *float32, ldc int, acc bool", 41, fmt.Sprintf(`	for i := range %d {
		for j := range 32 {
			sum := 0
			for p := range pairs { // addPair adds both products of a pair
				sum = addPair(sum, a[p*16+i], b[p*32+j])
			}
			if acc {
				sum += c[i*ldc+j]
			}
			c[i*ldc+j] = sum
		}
	}`, mr))
	p("MOVQ pairs+0(FP), CX")
	p("MOVQ a+8(FP), SI")
	p("MOVQ b+16(FP), DI")
	p("MOVQ c+24(FP), DX")
	p("MOVQ ldc+32(FP), R9")
	p("SHLQ $2, R9")
	for i := range mr {
		for j := range nv {
			p("VPXORD Z%d, Z%d, Z%d", acc(i, j), acc(i, j), acc(i, j))
		}
	}
	b.WriteString("\nloop:\n")
	for j := range nv {
		p("VMOVUPS %d(DI), Z%d", 64*j, j)
	}
	if mr > 4 { // both come from the second cache: eight steps ahead
		p("PREFETCHT0 1024(DI)")
		p("PREFETCHT0 1088(DI)")
		p("PREFETCHT0 512(SI)")
	}
	for i := range mr {
		p("VBROADCASTSS %d(SI), Z%d", 4*i, nv+i%2)
		for j := range nv {
			dotPairs(b, acc(i, j), j, nv+i%2)
		}
	}
	p("ADDQ $%d, SI", 4*panel)
	p("ADDQ $%d, DI", 4*panel*nv)
	p("DECQ CX")
	p("JNZ loop")
	p("MOVBLZX acc+40(FP), AX")
	p("TESTB AL, AL")
	p("JZ store")
	for i := range mr {
		for j := range nv {
			p("VADDPS %d(DX), Z%d, Z%d", 64*j, acc(i, j), acc(i, j))
		}
		for j := range nv {
			p("VMOVUPS Z%d, %d(DX)", acc(i, j), 64*j)
		}
		p("ADDQ R9, DX")
	}
	p("VZEROUPPER")
	p("RET")
	b.WriteString("\nstore:\n")
	for i := range mr {
		for j := range nv {
			p("VMOVUPS Z%d, %d(DX)", acc(i, j), 64*j)
		}
		p("ADDQ R9, DX")
	}
	p("VZEROUPPER")
	p("RET")
}

// zip writes the order of words that makes pairs of two halves.
func zip(b *assembly) {
	b.WriteString("\n")
	for i := range 8 {
		var word uint64
		for x := range 4 { // 0, 16, 1, 17, …
			e := 4*i + x
			word |= uint64(e/2+16*(e%2)) << (16 * x)
		}
		fmt.Fprintf(b, "DATA ·zip<>+%d(SB)/8, $0x%016X\n", 8*i, word)
	}
	b.WriteString("GLOBL ·zip<>(SB), RODATA|NOPTR, $64\n")
}

// pairRows writes the packing of an operand whose inner dimension runs down the
// rows: of k rows of nv*16 floats each two become as many pairs; the last of an
// odd k is paired with zeros.
func pairRows(b *assembly, nv int) {
	p := b.line
	name := fmt.Sprintf("pairRows%d", nv*panel)
	b.function(name, "dst *uint32, step int, src *float32, ld, k int", 40,
		fmt.Sprintf(`	for p := 0; p < k; p += 2 { // a row behind the last is zeros
		for i := range %d {
			dst[p/2*step+i] = pairOf(src[p*ld+i], src[(p+1)*ld+i])
		}
	}`, nv*panel))
	p("MOVQ dst+0(FP), DI")
	p("MOVQ step+8(FP), R8")
	p("MOVQ src+16(FP), SI")
	p("MOVQ ld+24(FP), AX")
	p("MOVQ k+32(FP), CX")
	p("SHLQ $2, R8")
	p("SHLQ $2, AX")
	p("MOVQ AX, R10") // rows are far apart, and no hardware sees where they lead: 16 ahead
	p("SHLQ $4, R10")
	p("LEAQ (R10)(AX*1), R11")
	p("VMOVDQU32 ·zip<>(SB), Z31")
	p("SUBQ $2, CX")
	p("JLT odd")
	write := func() {
		for v := range nv {
			toBF16(b, 2*v, 2*v+1, 2*v)
			p("VPERMW Z%d, Z31, Z%d", 2*v, 2*v)
			p("VMOVDQU32 Z%d, %d(DI)", 2*v, 64*v)
		}
	}
	b.WriteString("\nloop:\n")
	for v := range nv {
		p("PREFETCHT0 %d(SI)(R10*1)", 64*v)
		p("PREFETCHT0 %d(SI)(R11*1)", 64*v)
	}
	for v := range nv {
		p("VMOVUPS %d(SI), Z%d", 64*v, 2*v)
		p("VMOVUPS %d(SI)(AX*1), Z%d", 64*v, 2*v+1)
	}
	write()
	p("LEAQ (SI)(AX*2), SI")
	p("ADDQ R8, DI")
	p("SUBQ $2, CX")
	p("JGE loop")
	b.WriteString("\nodd:\n")
	p("CMPQ CX, $-1")
	p("JNE done")
	for v := range nv {
		p("VMOVUPS %d(SI), Z%d", 64*v, 2*v)
		p("VPXORD Z%d, Z%d, Z%d", 2*v+1, 2*v+1, 2*v+1)
	}
	write()
	b.WriteString("\ndone:\n")
	p("VZEROUPPER")
	p("RET")
}

// pairColumns writes the packing of an operand whose inner dimension runs along
// the rows: 16 rows of k floats become steps of 16 pairs, 16 steps at a time,
// the last ones filled up with zeros.
func pairColumns(b *assembly) {
	p := b.line
	b.function("pairColumns16", "dst *uint32, step int, src *float32, ld, k int", 40,
		`	for p := 0; p < k; p += 2 { // on to a multiple of 32, filled up with zeros
		for i := range 16 {
			dst[p/2*step+i] = pairOf(src[i*ld+p], src[i*ld+p+1])
		}
	}`)
	p("MOVQ dst+0(FP), DI")
	p("MOVQ step+8(FP), R8")
	p("MOVQ src+16(FP), SI")
	p("MOVQ ld+24(FP), AX")
	p("MOVQ k+32(FP), DX")
	p("SHLQ $2, R8")
	p("SHLQ $2, AX")
	p("MOVL $0xFFFF, BX")
	p("KMOVW BX, K1")
	p("KMOVW BX, K2")
	p("LEAQ (R8)(R8*2), R15")
	// Row i is at base + AX*(0, 1, 2): every third row has a base of its own.
	bases := []string{"SI", "R10", "R11", "R12", "R13", "R9"}
	for x := 1; x < len(bases); x++ {
		p("LEAQ (%s)(AX*2), %s", bases[x-1], bases[x])
		p("ADDQ AX, %s", bases[x])
	}
	b.WriteString("\nloop:\n")
	p("CMPQ DX, $32")
	p("JGE load")
	p("MOVQ DX, CX") // masks of what is left of 32 columns
	p("MOVL $1, BX")
	p("SHLQ CX, BX")
	p("DECQ BX")
	p("KMOVW BX, K1")
	p("SHRQ $16, BX")
	p("KMOVW BX, K2")
	b.WriteString("\nload:\n")
	for i := range 16 {
		base, index := bases[i/3], ""
		if i%3 > 0 {
			index = fmt.Sprintf("(AX*%d)", i%3)
		}
		p("VMOVUPS.Z (%s)%s, K1, Z%d", base, index, 16+2*(i%8))
		p("VMOVUPS.Z 64(%s)%s, K2, Z%d", base, index, 17+2*(i%8))
		toBF16(b, i, 17+2*(i%8), 16+2*(i%8))
	}
	for i := 0; i < 16; i += 2 { // pairs of rows
		p("VPUNPCKLDQ Z%d, Z%d, Z%d", i+1, i, 16+i)
		p("VPUNPCKHDQ Z%d, Z%d, Z%d", i+1, i, 17+i)
	}
	for i := 0; i < 16; i += 4 { // fours: Z(i+x) has column x of each 128 bits
		p("VPUNPCKLQDQ Z%d, Z%d, Z%d", 18+i, 16+i, i)
		p("VPUNPCKHQDQ Z%d, Z%d, Z%d", 18+i, 16+i, i+1)
		p("VPUNPCKLQDQ Z%d, Z%d, Z%d", 19+i, 17+i, i+2)
		p("VPUNPCKHQDQ Z%d, Z%d, Z%d", 19+i, 17+i, i+3)
	}
	for x := range 4 { // then the 128-bit parts, a 4x4 transpose for each x
		p("VSHUFI32X4 $0x88, Z%d, Z%d, Z16", 4+x, x)
		p("VSHUFI32X4 $0xDD, Z%d, Z%d, Z17", 4+x, x)
		p("VSHUFI32X4 $0x88, Z%d, Z%d, Z18", 12+x, 8+x)
		p("VSHUFI32X4 $0xDD, Z%d, Z%d, Z19", 12+x, 8+x)
		p("VSHUFI32X4 $0x88, Z18, Z16, Z%d", 20+x) // steps x, 8+x, 4+x and 12+x
		p("VSHUFI32X4 $0xDD, Z18, Z16, Z%d", 24+x)
		p("VSHUFI32X4 $0x88, Z19, Z17, Z%d", 4+x)
		p("VSHUFI32X4 $0xDD, Z19, Z17, Z%d", 8+x)
	}
	for _, first := range []int{20, 4, 24, 8} { // steps 0, 4, 8 and 12
		for x, at := range []string{"(DI)", "(DI)(R8*1)", "(DI)(R8*2)", "(DI)(R15*1)"} {
			p("VMOVDQU32 Z%d, %s", first+x, at)
		}
		p("LEAQ (DI)(R8*4), DI")
	}
	for _, r := range bases {
		p("ADDQ $128, %s", r)
	}
	p("SUBQ $32, DX")
	p("JG loop")
	p("VZEROUPPER")
	p("RET")
}

// pairTurns writes the loop that the bfloat16 peak is measured with.
func pairTurns(b *assembly) {
	p := b.line
	b.function("pairTurns", "n int", 8,
		"\tfor range n {\n\t\tfor r := range 16 { // registers\n\t\t\tr = addPair(r, a, b)\n\t\t}\n\t}")
	p("MOVQ n+0(FP), CX")
	for i := range 20 {
		p("VPXORD Z%d, Z%d, Z%d", i, i, i)
	}
	b.WriteString("\nloop:\n")
	for i := range 16 {
		dotPairs(b, 4+i, i%2, 2+i%2)
	}
	p("DECQ CX")
	p("JNZ loop")
	p("VZEROUPPER")
	p("RET")
}
