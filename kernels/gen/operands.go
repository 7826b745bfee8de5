package main

import (
	"fmt"
	"strings"
)

// hold keeps constants of the table in registers from here on, which nobody may
// change: see own.
func (w *writer) hold(constants ...float64) {
	for _, v := range constants {
		place := placeOf(v)
		r := w.constant(place)
		if w.held == nil {
			w.held = map[int]string{}
		}
		w.held[place] = r
	}
}

func (w *writer) holds(r string) bool {
	for _, h := range w.held {
		if h == r {
			return true
		}
	}
	return false
}

// own is c for who changes it.
func (w *writer) own(v float64) string {
	k := w.c(v)
	if !w.holds(k) {
		return k
	}
	r := w.get()
	w.line("VMOVAPS %s, %s", k, r)
	return r
}

// c broadcasts a constant of the table.
func (w *writer) c(v float64) string {
	place := placeOf(v)
	if r, ok := w.held[place]; ok {
		return r
	}
	return w.constant(place)
}

// placeOf returns where a constant stands in the table.
func placeOf(v float64) int {
	for i, t := range table {
		if t == float32(v) {
			return i
		}
	}
	panic(fmt.Sprintf("%v is not in the table", v))
}

func (w *writer) bits(i int) string {
	if r, ok := w.held[len(table)+i]; ok {
		return r
	}
	return w.constant(len(table) + i)
}

// constant broadcasts what stands at a place of the table.
func (w *writer) constant(place int) string {
	r := w.get()
	if w.isa == neon {
		w.neonConstant(place, r)
	} else {
		w.line("VBROADCASTSS %s, %s", atPlace(place), r)
	}
	return r
}

// operand is what stands at a place of the table, for an instruction to read: a
// register, or where instructions take memory the table itself, of which AVX-512 has one
// float for all lanes and AVX2 as many as a register. So a chain of operations has
// half the instructions, and a processor's window more of those that don't wait.
func (w *writer) operand(place int) string {
	if r, ok := w.held[place]; ok {
		return r
	}
	if w.isa == neon {
		return w.constant(place)
	}
	return atPlace(place)
}

// atPlace is the memory of a place of the table.
func atPlace(place int) string { return fmt.Sprintf("constants<>+%d(SB)", 4*copies*place) }

// spread is what an instruction's name ends in if operand is one float for all lanes.
func (w *writer) spread(operand string) string {
	if w.isa == avx512 && strings.HasPrefix(operand, "constants<>") {
		return ".BCST"
	}
	return ""
}

// opc computes dst = a op constant.
func (w *writer) opc(i instruction, dst, a string, v float64) { w.opPlace(i, dst, a, placeOf(v)) }

// opBits is opc of a bit pattern.
func (w *writer) opBits(i instruction, dst, a string, pattern int) {
	w.opPlace(i, dst, a, len(table)+pattern)
}

func (w *writer) opPlace(i instruction, dst, a string, place int) {
	k := w.operand(place)
	w.op(i, dst, a, k)
	w.drop(k)
}
