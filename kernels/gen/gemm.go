package main

import "fmt"

// microKernels writes the micro-kernels of 1 to most rows by nv registers of c,
// each for rows of a where they lie (kernR) and for a packed column by column
// (kernC). Sums do not depend on the height.
func microKernels(b *assembly, s isa, most, nv int) {
	for mr := 1; mr <= most; mr++ {
		microKernel(b, s, mr, nv, false)
		microKernel(b, s, mr, nv, true)
	}
}

// microKernel writes one of them. The sum over k is one chain of FMAs an
// element, ascending; c is added to or replaced at the end. The rows of a need
// fewer base registers than rows, since an index counts once, twice, four or
// eight times.
func microKernel(b *assembly, s isa, mr, nv int, packed bool) {
	microKernelAhead(b, s, mr, nv, packed, 0)
}

// microKernelAhead is microKernel; ahead, a power of two, is how many rows of b are
// asked for before they are read, 0 for none.
func microKernelAhead(b *assembly, s isa, mr, nv int, packed bool, ahead int) {
	kind := "R"
	if packed {
		kind = "C"
	}
	name := fmt.Sprintf("kern%s%dx%d", kind, mr, nv*s.lanes)
	if s == avx512 && nv == 1 {
		name += "_avx512" // AVX2 has these too, of two registers
	}
	p := b.line
	width := 4 * s.lanes
	first := s.regs - mr*nv // the accumulators are the last registers
	acc := func(i, j int) string { return fmt.Sprintf("%s%d", s.reg, first+i*nv+j) }
	b.function(name, kernArgs, 57, kernDoes(mr, nv*s.lanes, packed))
	p("MOVQ k+0(FP), CX")
	p("MOVQ a+8(FP), SI")
	p("MOVQ lda+16(FP), AX")
	p("MOVQ b+24(FP), DI")
	p("MOVQ bs+32(FP), R8")
	p("MOVQ c+40(FP), DX")
	p("MOVQ ldc+48(FP), R9")
	p("SHLQ $2, AX")
	p("SHLQ $2, R8")
	p("SHLQ $2, R9")
	if ahead > 0 {
		p("LEAQ (R8*%d), BX", ahead)
	}
	at := make([]string, mr)
	names := []string{"SI", "R10", "R11", "R12", "R13"}
	var bases []int
	for i := range mr {
		if packed {
			at[i] = fmt.Sprintf("%d(SI)", 4*i)
			continue
		}
		for x, base := range bases {
			switch d := i - base; d {
			case 1, 2, 4, 8:
				if at[i] == "" {
					at[i] = fmt.Sprintf("(%s)(AX*%d)", names[x], d)
				}
			}
		}
		if at[i] == "" {
			if x := len(bases); x > 0 { // three rows behind the one before
				p("LEAQ (%s)(AX*2), %s", names[x-1], names[x])
				p("ADDQ AX, %s", names[x])
			}
			at[i] = "(" + names[len(bases)] + ")"
			bases = append(bases, i)
		}
	}
	for i := range mr {
		for j := range nv {
			zero(p, s, acc(i, j))
		}
	}
	// Where registers don't suffice, those of b have two in turn, and a has its own.
	few := ahead > 0 && mr*nv+nv+2 > s.regs
	turn := func() {
		for j := range nv {
			if !few {
				p("VMOVUPS %d(DI), %s%d", j*width, s.reg, j)
			}
		}
		if s == avx512 && mr > 4 { // b comes from the second cache: eight rows ahead
			p("PREFETCHT0 1024(DI)")
			p("PREFETCHT0 1088(DI)")
		}
		for j := 0; ahead > 0 && j < nv*width; j += 64 {
			p("PREFETCHT0 %d(DI)(BX*1)", j)
		}
		for i := range mr {
			if few {
				p("VBROADCASTSS %s, %s%d", at[i], s.reg, i)
				continue
			}
			p("VBROADCASTSS %s, %s%d", at[i], s.reg, nv+i%2)
			for j := range nv {
				p("VFMADD231PS %s%d, %s%d, %s", s.reg, nv+i%2, s.reg, j, acc(i, j))
			}
		}
		for j := 0; few && j < nv; j++ {
			p("VMOVUPS %d(DI), %s%d", j*width, s.reg, mr+j%2)
			for i := range mr {
				p("VFMADD231PS %s%d, %s%d, %s", s.reg, i, s.reg, mr+j%2, acc(i, j))
			}
		}
		if packed {
			p("ADDQ AX, SI")
		}
		for x := range bases {
			p("ADDQ $4, %s", names[x])
		}
		p("ADDQ R8, DI")
	}
	if ahead == 0 { // else c is a few lines
		// c is asked for while the sums run, a row every fourth turn: all at once
		// would keep b waiting.
		p("CMPQ CX, $%d", 4*mr)
		p("JLE loop")
		p("SUBQ $%d, CX", 4*mr)
		p("MOVQ $%d, R15", 4*mr)
		p("MOVQ DX, BX")
		b.WriteString("\nfirst:\n")
		turn()
		p("TESTQ $3, R15")
		p("JNZ next")
		for j := 0; j < nv*width; j += 64 {
			p("PREFETCHT0 %d(BX)", j)
		}
		p("ADDQ R9, BX")
		b.WriteString("\nnext:\n")
		p("DECQ R15")
		p("JNZ first")
	}
	b.WriteString("\nloop:\n")
	turn()
	p("DECQ CX")
	p("JNZ loop")
	p("MOVBLZX acc+56(FP), AX")
	p("TESTB AL, AL")
	p("JZ store")
	for i := range mr {
		for j := range nv {
			p("VADDPS %d(DX), %s, %s", j*width, acc(i, j), acc(i, j))
		}
		for j := range nv {
			p("VMOVUPS %s, %d(DX)", acc(i, j), j*width)
		}
		p("ADDQ R9, DX")
	}
	p("VZEROUPPER")
	p("RET")
	b.WriteString("\nstore:\n")
	for i := range mr {
		for j := range nv {
			p("VMOVUPS %s, %d(DX)", acc(i, j), j*width)
		}
		p("ADDQ R9, DX")
	}
	p("VZEROUPPER")
	p("RET")
}

// transpose writes the packing of rows into columns: eight rows of k floats, ld
// apart, become k rows of eight, step apart. k is a multiple of 8.
func transpose(b *assembly) {
	p := b.line
	b.function("transpose8", "dst *float32, step int, src *float32, ld, k int", 40,
		"\tfor p := range k { // a multiple of 8\n"+
			"\t\tfor y := range 8 {\n\t\t\tdst[p*step+y] = src[y*ld+p]\n\t\t}\n\t}")
	p("MOVQ dst+0(FP), DI")
	p("MOVQ step+8(FP), R8")
	p("MOVQ src+16(FP), SI")
	p("MOVQ ld+24(FP), AX")
	p("MOVQ k+32(FP), CX")
	p("SHLQ $2, R8")
	p("SHLQ $2, AX")
	p("LEAQ (SI)(AX*2), R10")
	p("ADDQ AX, R10")
	p("LEAQ (R10)(AX*2), R11")
	p("ADDQ AX, R11")
	p("LEAQ (R8)(R8*2), R12")
	b.WriteString("\nloop:\n")
	for i, at := range []string{"(SI)", "(SI)(AX*1)", "(SI)(AX*2)", "(R10)", "(SI)(AX*4)", "(R10)(AX*2)", "(R11)",
		"(R10)(AX*4)"} {
		p("VMOVUPS %s, Y%d", at, i)
	}
	for i := 0; i < 8; i += 2 { // pairs of rows, then fours, then all eight
		p("VUNPCKLPS Y%d, Y%d, Y%d", i+1, i, 8+i)
		p("VUNPCKHPS Y%d, Y%d, Y%d", i+1, i, 9+i)
	}
	for i := 0; i < 8; i += 4 {
		p("VUNPCKLPD Y%d, Y%d, Y%d", 10+i, 8+i, i)
		p("VUNPCKHPD Y%d, Y%d, Y%d", 10+i, 8+i, i+1)
		p("VUNPCKLPD Y%d, Y%d, Y%d", 11+i, 9+i, i+2)
		p("VUNPCKHPD Y%d, Y%d, Y%d", 11+i, 9+i, i+3)
	}
	for i := range 4 {
		p("VPERM2F128 $0x20, Y%d, Y%d, Y%d", i+4, i, 8+i)
		p("VPERM2F128 $0x31, Y%d, Y%d, Y%d", i+4, i, 12+i)
	}
	for half := range 2 {
		for i, at := range []string{"(DI)", "(DI)(R8*1)", "(DI)(R8*2)", "(DI)(R12*1)"} {
			p("VMOVUPS Y%d, %s", 8+4*half+i, at)
		}
		p("LEAQ (DI)(R8*4), DI")
	}
	for _, r := range []string{"SI", "R10", "R11"} {
		p("ADDQ $32, %s", r)
	}
	p("SUBQ $8, CX")
	p("JNZ loop")
	p("VZEROUPPER")
	p("RET")
}

// rowsAhead is how far the copying loops ask for rows before they read them: what
// lies in the last cache is in the second by then. It is not asked for in the first,
// of which rows whose stride is a multiple of 4096 bytes have the same eight lines.
const rowsAhead = 32

// copyRows writes the packing of rows as they are: k rows of w bytes, ld floats
// apart, become k rows step floats apart.
func copyRows(b *assembly, s isa, w int) {
	p := b.line
	name := fmt.Sprintf("copyRows%d_%s", w/4, s.name)
	b.function(name, "dst *float32, step int, src *float32, ld, k int", 40,
		fmt.Sprintf("\tfor p := range k {\n\t\tcopy(dst[p*step:], src[p*ld:][:%d])\n\t}", w/4))
	p("MOVQ dst+0(FP), DI")
	p("MOVQ step+8(FP), R8")
	p("MOVQ src+16(FP), SI")
	p("MOVQ ld+24(FP), AX")
	p("MOVQ k+32(FP), CX")
	p("SHLQ $2, R8")
	p("SHLQ $2, AX")
	p("MOVQ AX, DX")
	p("IMULQ $%d, DX", rowsAhead)
	p("ADDQ SI, DX")
	b.WriteString("\nloop:\n")
	for i := 0; i < w; i += 64 {
		p("PREFETCHT1 %d(DX)", i)
	}
	p("PREFETCHT1 %d(DX)", w-1) // rows seldom begin with a line
	each := 4 * s.lanes
	for i := range w / each {
		p("VMOVUPS %d(SI), %s%d", each*i, s.reg, i)
	}
	for i := range w / each {
		p("VMOVUPS %s%d, %d(DI)", s.reg, i, each*i)
	}
	p("ADDQ AX, SI")
	p("ADDQ AX, DX")
	p("ADDQ R8, DI")
	p("DECQ CX")
	p("JNZ loop")
	p("VZEROUPPER")
	p("RET")
}

// copyTiles writes the packing of four tiles of a transposed a at once, of at most mr
// columns in one register each: a row's lines are read once, not once a tile.
func copyTiles(b *assembly, s isa, mr int) {
	p := b.line
	name := "copyTiles_" + s.name
	b.function(name, "dst *float32, size int, src *float32, ld, k int, at *[4]int", 48,
		fmt.Sprintf("\tfor p := range k {\n\t\tfor t := range 4 {\n"+
			""+
			"\t\t\tcopy(dst[t*size+p*%d:], src[p*ld+at[t]:][:%d])\n\t\t}\n\t}", s.lanes, s.lanes))
	p("MOVQ dst+0(FP), DI")
	p("MOVQ size+8(FP), R8")
	p("MOVQ src+16(FP), SI")
	p("MOVQ ld+24(FP), AX")
	p("MOVQ k+32(FP), CX")
	p("MOVQ at+40(FP), BX")
	p("SHLQ $2, R8")
	p("SHLQ $2, AX")
	p("MOVQ AX, DX")
	p("IMULQ $%d, DX", rowsAhead)
	p("ADDQ SI, DX")
	p("LEAQ (R8)(R8*2), R9")
	offsets := []string{"R10", "R11", "R12", "R13"}
	for i, r := range offsets {
		p("MOVQ %d(BX), %s", 8*i, r)
	}
	width := 4 * s.lanes
	b.WriteString("\nloop:\n")
	for i := 0; i < 4*3*mr; i += 64 {
		p("PREFETCHT1 %d(DX)(R10*4)", i)
	}
	p("PREFETCHT1 %d(DX)(R13*4)", width-1)
	for i, r := range offsets {
		p("VMOVUPS (SI)(%s*4), %s%d", r, s.reg, i)
	}
	for i, at := range []string{"(DI)", "(DI)(R8*1)", "(DI)(R8*2)", "(DI)(R9*1)"} {
		p("VMOVUPS %s%d, %s", s.reg, i, at)
	}
	p("ADDQ AX, SI")
	p("ADDQ AX, DX")
	p("ADDQ $%d, DI", width)
	p("DECQ CX")
	p("JNZ loop")
	p("VZEROUPPER")
	p("RET")
}

// prefetchRows writes the request for rows of w bytes, ld floats apart, to come
// to the second cache.
func prefetchRows(b *assembly) {
	p := b.line
	b.function("prefetchRows", "src *float32, ld, rows, w int", 32,
		"\tfor r := range rows {\n\t\tfor at := 0; at < w; at += 64 { // bytes\n\t\t\tprefetch(src[r*ld:], at)\n\t\t}\n\t}")
	p("MOVQ src+0(FP), SI")
	p("MOVQ ld+8(FP), AX")
	p("MOVQ rows+16(FP), CX")
	p("MOVQ w+24(FP), DX")
	p("SHLQ $2, AX")
	b.WriteString("\nrow:\n")
	p("MOVQ SI, DI")
	p("LEAQ (SI)(DX*1), BX")
	b.WriteString("\nline:\n")
	p("PREFETCHT1 (DI)")
	p("ADDQ $64, DI")
	p("CMPQ DI, BX")
	p("JLT line")
	p("ADDQ AX, SI")
	p("DECQ CX")
	p("JNZ row")
	p("RET")
}

// squaresTile writes the sum of the squares of rows rows, ldc floats apart, nv
// registers wide, lane by lane.
func squaresTile(b *assembly, s isa, nv int) {
	p := b.line
	name := "squaresTile_" + s.name
	b.function(name, "c *float32, ldc, rows int, sums *float32", 32, squaresDoes(nv*s.lanes, s.lanes))
	p("MOVQ c+0(FP), DI")
	p("MOVQ ldc+8(FP), AX")
	p("MOVQ rows+16(FP), CX")
	p("MOVQ sums+24(FP), SI")
	p("SHLQ $2, AX")
	for i := range nv {
		zero(p, s, fmt.Sprintf("%s%d", s.reg, i))
	}
	b.WriteString("\nrow:\n")
	for i := range nv {
		p("VMOVUPS %d(DI), %s%d", 4*s.lanes*i, s.reg, nv+i)
	}
	for i := range nv {
		p("VFMADD231PS %s%d, %s%d, %s%d", s.reg, nv+i, s.reg, nv+i, s.reg, i)
	}
	p("ADDQ AX, DI")
	p("DECQ CX")
	p("JNZ row")
	for i := 1; i < nv; i++ {
		p("VADDPS %s%d, %s0, %s0", s.reg, i, s.reg, s.reg)
	}
	p("VMOVUPS %s0, (SI)", s.reg)
	p("VZEROUPPER")
	p("RET")
}

// pause writes a wait of n turns that leaves the core to its other thread.
func pause(b *assembly) {
	b.function("pause", "n int", 8, pauseDoes)
	b.WriteString("\tMOVQ n+0(FP), CX\n\nturn:\n\tPAUSE\n\tDECQ CX\n\tJNZ turn\n\tRET\n")
}

func zero(p func(string, ...any), s isa, reg string) {
	if s == avx512 {
		p("VPXORD %s, %s, %s", reg, reg, reg)
		return
	}
	p("VXORPS %s, %s, %s", reg, reg, reg)
}

// What the functions of matrix products compute, in Go.

const (
	kernArgs  = "k int, a *float32, lda int, b *float32, bs int, c *float32, ldc int, acc bool"
	pauseDoes = "\tfor range n {\n\t\tpause // the core's other thread has it to itself meanwhile\n\t}"
)

// kernDoes is a micro-kernel's loop: of a where it lies, or packed, column by
// column.
func kernDoes(rows, cols int, packed bool) string {
	a := "a[i*lda+p]"
	if packed {
		a = "a[p*lda+i]"
	}
	return fmt.Sprintf(`	for i := range %d {
		for j := range %d {
			sum := 0
			for p := range k {
				sum = fma(%s, b[p*bs+j], sum)
			}
			if acc {
				sum += c[i*ldc+j]
			}
			c[i*ldc+j] = sum
		}
	}`, rows, cols, a)
}

// squaresDoes is the loop of the sum of a tile's squares, in so many sums.
func squaresDoes(cols, sums int) string {
	return fmt.Sprintf("\tsums[:%d] = 0\n\tfor i := range rows {\n"+
		"\t\tfor j := range %d {\n"+
		"\t\t\tsums[j%%%d] += c[i*ldc+j] * c[i*ldc+j]\n\t\t}\n\t}", sums, cols, sums)
}
