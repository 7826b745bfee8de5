package main

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// The elementwise loops are described once, in amd64's instructions; for arm64
// each of those is written as what it is there. V20 to V31 hold the constants, four to
// a register, and V19 what an instruction needs on the way.
const (
	neonConstants = 20
	neonSpare     = "V19"
)

// neonGeneral are the general registers.
var neonGeneral = strings.NewReplacer("DI", "R0", "SI", "R1", "DX", "R2", "R8", "R3", "CX", "R4")

// neonWords are the instructions that Go's assembler has no name for: dst = a op
// b in four lanes.
var neonWords = map[string]struct {
	name string
	code uint32
}{
	"VADDPS":   {"FADD", 0x4e20d400},
	"VSUBPS":   {"FSUB", 0x4ea0d400},
	"VMULPS":   {"FMUL", 0x6e20dc00},
	"VDIVPS":   {"FDIV", 0x6e20fc00},
	"VMAXPS":   {"FMAX", 0x4e20f400},
	"VMINPS":   {"FMIN", 0x4ea0f400},
	"VPMULLD":  {"MUL", 0x4ea09c00},
	"VPCMPGTD": {"CMGT", 0x4ea03400},
}

// neonWords1 are those with one operand.
var neonWords1 = map[string]struct {
	name string
	code uint32
}{
	"VSQRTPS":   {"FSQRT", 0x6ea1f800},
	"VCVTPS2DQ": {"FCVTNS", 0x4e21a800},
}

// neonNames are those that the assembler has, and how it calls the register.
var neonNames = map[string][2]string{
	"VPADDD": {"VADD", "S4"},
	"VXORPS": {"VEOR", "B16"},
	"VANDPS": {"VAND", "B16"},
	"VORPS":  {"VORR", "B16"},
}

var neonPlain = regexp.MustCompile(`^V[0-9]+$`)

// neonConstant copies the constant of a place in the table into every lane of r.
func (w *writer) neonConstant(place int, r string) {
	w.constants = true
	fmt.Fprintf(w, "\tVDUP V%d.S[%d], %s.S4\n", neonConstants+place/4, place%4, r)
}

// neonLoadConstants writes the loads that neonConstant counts on.
func neonLoadConstants() string {
	var s strings.Builder
	s.WriteString("\tMOVD $constants<>(SB), R10\n")
	for r := neonConstants; r < 32; r += 4 {
		fmt.Fprintf(&s, "\tVLD1.P 64(R10), %s\n", neonRegs(r))
	}
	return s.String()
}

// neon writes for arm64 what line is on amd64. It panics at an instruction that
// it doesn't know.
func (w *writer) neon(line string) {
	name, rest, _ := strings.Cut(line, " ")
	rest, comment, _ := strings.Cut(rest, " //")
	var args []string
	if rest != "" {
		args = strings.Split(rest, ", ")
	}
	put := func(format string, a ...any) { fmt.Fprintf(w, "\t"+format+"\n", a...) }
	word := func(code uint32, text string, dst, a, b string) {
		code |= neonNumber(b)<<16 | neonNumber(a)<<5 | neonNumber(dst)
		put("WORD $0x%08x // %s", code, text)
	}
	// Memory can be an operand of amd64's instructions: the first one here.
	inRegister := func(arg string) string {
		if neonPlain.MatchString(arg) {
			return arg
		}
		w.neon("VMOVUPS " + arg + ", " + neonSpare)
		return neonSpare
	}
	vector := len(args) > 0 && strings.HasPrefix(name, "V")
	var dst string
	if vector {
		dst = args[len(args)-1]
	}
	three := func() (a, b string) { return args[1], inRegister(args[0]) }

	if i, ok := neonWords[name]; ok {
		a, b := three()
		word(i.code, fmt.Sprintf("%s %s, %s, %s", i.name, b, a, dst), dst, a, b)
		return
	}
	if i, ok := neonWords1[name]; ok {
		a := inRegister(args[0])
		word(i.code, fmt.Sprintf("%s %s, %s", i.name, a, dst), dst, a, "V0")
		return
	}
	if i, ok := neonNames[name]; ok {
		a, b := three()
		put("%s %s.%s, %s.%s, %s.%s", i[0], b, i[1], a, i[1], dst, i[1])
		return
	}
	switch name {
	case "VMOVUPS":
		if neonPlain.MatchString(args[0]) {
			put("FMOVQ F%s, %s", args[0][1:], neonGeneral.Replace(args[1]))
		} else {
			put("FMOVQ %s, F%s", neonGeneral.Replace(args[0]), args[1][1:])
		}
	case "VBROADCASTSS": // from a general register's address
		put("FMOVS %s, F%s", neonGeneral.Replace(args[0]), dst[1:])
		put("VDUP %s.S[0], %s.S4", dst, dst)
	case "VANDNPS": // dst = b &^ a
		a, b := three()
		word(0x4e601c00, fmt.Sprintf("BIC %s, %s, %s", a, b, dst), dst, b, a)
	case "VCMPPS":
		if args[0] != "$1" {
			panic("comparison " + args[0])
		}
		word(0x6ea0e400, fmt.Sprintf("FCMGT %s, %s, %s", args[2], args[1], dst), dst, args[1], args[2])
	case "VROUNDPS":
		if args[0] != "$0" {
			panic("rounding " + args[0])
		}
		word(0x4e218800, fmt.Sprintf("FRINTN %s, %s", args[1], dst), dst, args[1], "V0")
	case "VPSLLD":
		put("VSHL %s, %s.S4, %s.S4", args[0], args[1], dst)
	case "VPSRLD":
		put("VUSHR %s, %s.S4, %s.S4", args[0], args[1], dst)
	case "VFMADD231PS", "VFNMADD231PS": // dst ± a·b
		a, b := three()
		put("%s %s.S4, %s.S4, %s.S4", neonFused(name), b, a, dst)
	case "VFMADD213PS", "VFNMADD213PS": // b ± a·dst
		a, b := three()
		if b != neonSpare {
			put("VORR %s.B16, %s.B16, %s.B16", b, b, neonSpare)
		}
		put("%s %s.S4, %s.S4, %s.S4", neonFused(name), dst, a, neonSpare)
		put("VORR %s.B16, %s.B16, %s.B16", neonSpare, neonSpare, dst)
	case "MOVQ":
		put("MOVD %s, %s", args[0], neonGeneral.Replace(args[1]))
	case "ADDQ":
		put("ADD %s, %s", args[0], neonGeneral.Replace(args[1]))
	case "SHRQ":
		put("LSR %s, %s", args[0], neonGeneral.Replace(args[1]))
	case "DECQ":
		put("SUB $1, %s", neonGeneral.Replace(args[0]))
	case "JZ": // CX counts the turns
		put("CBZ R4, %s", args[0])
	case "JNZ":
		put("CBNZ R4, %s", args[0])
	case "VZEROUPPER":
	case "RET":
		put("RET")
	default:
		panic("no such instruction for arm64: " + line + comment)
	}
}

// neonFused is the name of a fused multiply-add.
func neonFused(name string) string {
	if strings.HasPrefix(name, "VFN") {
		return "VFMLS"
	}
	return "VFMLA"
}

// neonNumber is the number of a vector register.
func neonNumber(reg string) uint32 {
	var n uint32
	if _, err := fmt.Sscanf(reg, "V%d", &n); err != nil || n > math.MaxUint8 {
		panic(reg + " is no vector register")
	}
	return n
}
