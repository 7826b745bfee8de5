package main

import "fmt"

// below returns a mask of where x < limit, which a NaN is not, or with equal of where
// x <= limit.
func (w *writer) below(x, limit string, equal bool) string {
	others, where, code, name := 5, 1, uint32(0x6ea0e400), "FCMGT"
	if equal {
		others, where, code, name = 6, 2, 0x6e20e400, "FCMGE"
	}
	if w.isa == avx512 {
		w.line("VCMPPS%s $%d, %s, %s, K1", w.spread(limit), others, limit, x) // the others, in K1
		return ""
	}
	mask := w.get()
	if w.isa == neon {
		w.word(code, mask, limit, x, fmt.Sprintf("%s %s, %s, %s", name, x, limit, mask))
	} else {
		w.line("VCMPPS $%d, %s, %s, %s", where, limit, x, mask)
	}
	return mask
}

// clearWhere sets x to 0 where the mask of below says so, and takes that back.
func (w *writer) clearWhere(x, mask string) {
	w.keepClear(x, mask)
	if w.isa != avx512 {
		w.drop(mask)
	}
}

// keepClear is clearWhere for a mask that is needed again.
func (w *writer) keepClear(x, mask string) {
	if w.isa == avx512 {
		w.line("VMOVAPS.Z %s, K1, %s", x, x)
		return
	}
	w.clear(x, mask)
}

// clear computes x &^= mask.
func (w *writer) clear(x, mask string) {
	if w.isa == neon {
		w.word(0x4e601c00, x, x, mask, fmt.Sprintf("BIC %s, %s, %s", mask, x, x))
		return
	}
	w.line("VANDNPS %s, %s, %s", x, mask, x)
}

// clearWhereLess sets x to 0 where the integer h, which it may change, is below
// limit.
func (w *writer) clearWhereLess(x, h, limit string) {
	if w.isa == avx512 {
		w.line("VPCMPGTD %s, %s, K1", h, limit)
		w.line("KNOTW K1, K1")
		w.line("VMOVAPS.Z %s, K1, %s", x, x)
		return
	}
	w.op(greaterInt, h, limit, h)
	w.clear(x, h)
}
