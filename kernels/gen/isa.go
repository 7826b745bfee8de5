package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// isa is an instruction set: the letter of its registers, floats in one, how many
// registers there are, and how many long chains take turns in them.
type isa struct {
	name   string
	reg    string
	lanes  int
	regs   int
	chains int
}

var (
	avx512 = isa{"avx512", "Z", 16, 32, 2}
	avx2   = isa{"avx2", "Y", 8, 16, 2}
	neon   = isa{"neon", "V", 4, 19, 1} // the loops': the other registers have their use
)

// instruction is an operation of two operands, dst = a op b, and what it is called
// by the instruction sets.
type instruction struct {
	amd64, avx512 string // avx512: where it differs
	arm64         string
	code          uint32 // of arm64, where Go's assembler has no name for it
	arrangement   string // of arm64's registers, where it has
}

// The operations that loops consist of. The larger and the smaller of a number and
// a NaN is b on amd64, and NaN on arm64.
var (
	add        = instruction{amd64: "VADDPS", arm64: "FADD", code: 0x4e20d400}
	sub        = instruction{amd64: "VSUBPS", arm64: "FSUB", code: 0x4ea0d400}
	mul        = instruction{amd64: "VMULPS", arm64: "FMUL", code: 0x6e20dc00}
	div        = instruction{amd64: "VDIVPS", arm64: "FDIV", code: 0x6e20fc00}
	larger     = instruction{amd64: "VMAXPS", arm64: "FMAX", code: 0x4e20f400}
	smaller    = instruction{amd64: "VMINPS", arm64: "FMIN", code: 0x4ea0f400}
	and        = instruction{amd64: "VANDPS", avx512: "VPANDD", arm64: "VAND", arrangement: "B16"}
	or         = instruction{amd64: "VORPS", avx512: "VPORD", arm64: "VORR", arrangement: "B16"}
	xor        = instruction{amd64: "VXORPS", arm64: "VEOR", arrangement: "B16"}
	addInts    = instruction{amd64: "VPADDD", arm64: "VADD", arrangement: "S4"}
	mulInts    = instruction{amd64: "VPMULLD", arm64: "MUL", code: 0x4ea09c00}
	greaterInt = instruction{amd64: "VPCMPGTD", arm64: "CMGT", code: 0x4ea03400}
)

// The operations of one operand.
var (
	sqrt    = instruction{amd64: "VSQRTPS", arm64: "FSQRT", code: 0x6ea1f800}
	toInts  = instruction{amd64: "VCVTPS2DQ", arm64: "FCVTNS", code: 0x4e21a800}
	toWhole = instruction{amd64: "VROUNDPS $0,", avx512: "VRNDSCALEPS $0,", arm64: "FRINTN", code: 0x4e218800}
)

// writer emits the loops of one instruction set and hands out registers. An
// operand that is named in parentheses is memory.
type writer struct {
	*bytes.Buffer
	isa
	free      []int
	constants bool           // NEON: some were asked for
	held      map[int]string // constants that stay in registers, by place: see hold
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, "\t"+format+"\n", args...) }

// get hands out a register.
func (w *writer) get() string {
	r := w.free[len(w.free)-1]
	w.free = w.free[:len(w.free)-1]
	return fmt.Sprintf("%s%d", w.reg, r)
}

// drop takes registers back, and operands that are none.
func (w *writer) drop(regs ...string) {
	for _, r := range regs {
		if !w.holds(r) && !strings.Contains(r, "(") {
			w.free = append(w.free, number(r))
		}
	}
}

// number is the number of a register.
func number(reg string) int {
	var n int
	if _, err := fmt.Sscanf(reg[1:], "%d", &n); err != nil || n > math.MaxUint8 {
		panic(reg + " is no vector register")
	}
	return n
}

// load returns a register with what is in memory.
func (w *writer) load(mem string) string {
	r := w.get()
	w.loadTo(r, mem)
	return r
}

func (w *writer) loadTo(r, mem string) {
	if w.isa == neon {
		w.line("FMOVQ %s, F%d", neonGeneral.Replace(mem), number(r))
		return
	}
	w.line("VMOVUPS %s, %s", mem, r)
}

// store writes a register to memory.
func (w *writer) store(r, mem string) {
	if w.isa == neon {
		w.line("FMOVQ F%d, %s", number(r), neonGeneral.Replace(mem))
		return
	}
	w.line("VMOVUPS %s, %s", r, mem)
}

// broadcast fills r with the parameter at an offset of with.
func (w *writer) broadcast(r string, offset int) {
	from := "(R9)"
	if offset != 0 {
		from = fmt.Sprintf("%d(R9)", offset)
	}
	if w.isa == neon {
		w.line("FMOVS %s, F%d", from, number(r))
		w.line("VDUP %s.S[0], %s.S4", r, r)
		return
	}
	w.line("VBROADCASTSS %s, %s", from, r)
}

// op computes dst = a op b.
func (w *writer) op(i instruction, dst, a, b string) {
	if w.isa == neon {
		w.neonOp(i, dst, a, b)
		return
	}
	w.line("%s%s %s, %s, %s", w.named(i), w.spread(b), b, a, dst)
}

func (w *writer) named(i instruction) string {
	if w.isa == avx512 && i.avx512 != "" {
		return i.avx512
	}
	return i.amd64
}

// op1 computes dst = op a.
func (w *writer) op1(i instruction, dst, a string) {
	if w.isa == neon {
		w.word(i.code, dst, a, "V0", fmt.Sprintf("%s %s, %s", i.arm64, a, dst))
		return
	}
	w.line("%s %s, %s", w.named(i), a, dst)
}

// zero clears a register.
func (w *writer) zero(r string) {
	if w.isa == avx512 {
		w.line("VPXORD %s, %s, %s", r, r, r)
		return
	}
	w.op(xor, r, r, r)
}

// fma computes sum += a·b, rounded once.
func (w *writer) fma(sum, a, b string) { w.fused("VFMADD231PS", "VFMLA", sum, a, b) }

// fmaSub computes sum -= a·b, rounded once.
func (w *writer) fmaSub(sum, a, b string) { w.fused("VFNMADD231PS", "VFMLS", sum, a, b) }

func (w *writer) fused(amd64, arm64, sum, a, b string) {
	if w.isa == neon {
		w.line("%s %s.S4, %s.S4, %s.S4", arm64, w.inRegister(b), a, sum)
		return
	}
	w.line("%s%s %s, %s, %s", amd64, w.spread(b), b, a, sum)
}

// fmaTo computes x = x·m + b, rounded once.
func (w *writer) fmaTo(x, m, b string) {
	if w.isa == neon { // its sum replaces b, which has to remain
		if b = w.inRegister(b); b != neonSpare {
			w.copyTo(neonSpare, b)
		}
		w.line("VFMLA %s.S4, %s.S4, %s.S4", x, m, neonSpare)
		w.copyTo(x, neonSpare)
		return
	}
	w.line("VFMADD213PS%s %s, %s, %s", w.spread(b), b, m, x)
}

// copyTo copies a register of NEON.
func (w *writer) copyTo(dst, src string) { w.line("VORR %s.B16, %s.B16, %s.B16", src, src, dst) }

// horner computes x = x·m + v.
func (w *writer) horner(x, m string, v float64) {
	k := w.operand(placeOf(v))
	if w.isa == neon { // its sum replaces the constant, which nobody needs afterwards
		w.fma(k, m, x)
		w.copyTo(x, k)
	} else {
		w.fmaTo(x, m, k)
	}
	w.drop(k)
}

// shift moves the bits of a by n, to the left or to the right.
func (w *writer) shift(left bool, dst, a string, n int) {
	if w.isa == neon {
		w.line("%s $%d, %s.S4, %s.S4", map[bool]string{true: "VSHL", false: "VUSHR"}[left], n, a, dst)
		return
	}
	w.line("%s $%d, %s, %s", map[bool]string{true: "VPSLLD", false: "VPSRLD"}[left], n, a, dst)
}

// pointers are the registers of a loop's pointers; its count is in CX and its
// parameters are where R9 says.
var pointers = []string{"DI", "SI", "DX", "R8"}

// neonGeneral are the general registers on arm64.
var neonGeneral = strings.NewReplacer("DI", "R0", "SI", "R1", "DX", "R2", "R8", "R3", "CX", "R4")

// general writes an instruction of general registers in amd64's words, or, with
// its own name and operands in the same order, arm64's.
func (w *writer) general(amd64, arm64, operands string) {
	if w.isa == neon {
		w.line("%s %s", arm64, neonGeneral.Replace(operands))
		return
	}
	w.line("%s %s", amd64, operands)
}

// again jumps back to a label while the count, less one, is not 0.
func (w *writer) again(label string) {
	if w.isa == neon {
		w.line("SUB $1, R4")
		w.line("CBNZ R4, %s", label)
		return
	}
	w.line("DECQ CX")
	w.line("JNZ %s", label)
}

// skip jumps to a label if the count that was just computed is 0.
func (w *writer) skip(label string) {
	if w.isa == neon {
		w.line("CBZ R4, %s", label)
		return
	}
	w.line("JZ %s", label)
}

// end returns.
func (w *writer) end() {
	if w.isa != neon {
		w.line("VZEROUPPER")
	}
	w.line("RET")
}
