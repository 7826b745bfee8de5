package main

import (
	"fmt"
	"strings"
)

// V20 to V31 hold the constants, four to a register, and V19 what an instruction
// needs on the way.
const (
	neonConstants = 20
	neonSpare     = "V19"
)

// neonConstant copies the constant of a place in the table into every lane of r.
func (w *writer) neonConstant(place int, r string) {
	w.constants = true
	w.line("VDUP V%d.S[%d], %s.S4", neonConstants+place/4, place%4, r)
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

// inRegister returns an operand's register: amd64's instructions take memory too.
func (w *writer) inRegister(operand string) string {
	if !strings.Contains(operand, "(") {
		return operand
	}
	w.loadTo(neonSpare, operand)
	return neonSpare
}

// neonOp computes dst = a op b.
func (w *writer) neonOp(i instruction, dst, a, b string) {
	b = w.inRegister(b)
	if i.arrangement != "" {
		r := i.arrangement
		w.line("%s %s.%s, %s.%s, %s.%s", i.arm64, b, r, a, r, dst, r)
		return
	}
	w.word(i.code, dst, a, b, fmt.Sprintf("%s %s, %s, %s", i.arm64, b, a, dst))
}

// word writes an instruction of three registers that Go's assembler has no name
// for.
func (w *writer) word(code uint32, dst, a, b, text string) {
	w.line("WORD $0x%08x // %s", code|uint32(number(b))<<16|uint32(number(a))<<5|uint32(number(dst)), text)
}
