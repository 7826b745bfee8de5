package main

// dice draws dropout's decisions: see Dropper. AVX-512 holds some of the parameters in
// registers, by their offsets in with.
type dice struct {
	w    *scores
	held map[int]string
}

func (w *scores) dice(hold ...int) *dice {
	d := &dice{w: w, held: map[int]string{}}
	if w.isa == avx512 {
		for _, at := range hold {
			d.held[at] = w.get()
			w.broadcast(d.held[at], at)
		}
	}
	return d
}

// roll is the drawing of a register's decisions. It holds the index of each lane.
type roll struct {
	*dice
	index, h, shifted string
}

func (d *dice) roll() *roll {
	return &roll{dice: d, index: d.w.get(), h: d.w.get(), shifted: d.w.get()}
}

// parameter returns a register with the parameter at an offset of with.
func (d *roll) parameter(at int) string {
	if r, ok := d.held[at]; ok {
		return r
	}
	d.w.broadcast(d.shifted, at)
	return d.shifted
}

// row sets the indices to those of a row that begins at the count in BX.
func (d *roll) row() {
	if d.w.isa == avx512 {
		d.w.line("VPBROADCASTD BX, %s", d.index)
	} else {
		n := number(d.index)
		d.w.line("MOVL BX, AX")
		d.w.line("VMOVD AX, X%d", n)
		d.w.line("VPBROADCASTD X%d, Y%d", n, n)
	}
	d.w.op(addInts, d.index, d.index, "64(R9)")
}

// draw leaves in h the hash of each index, halved, and goes on to the next.
func (d *roll) draw() {
	w := d.w
	source := d.index
	mix := func() {
		for _, step := range []struct{ shift, factor int }{{16, 20}, {15, 24}, {16, 0}} {
			w.shift(false, d.shifted, source, step.shift)
			w.op(xor, d.h, source, d.shifted)
			if step.factor > 0 {
				w.op(mulInts, d.h, d.h, d.parameter(step.factor))
			}
			source = d.h
		}
	}
	mix()
	w.op(xor, d.h, d.h, d.parameter(8))
	mix()
	w.shift(false, d.h, d.h, 1)
	w.op(addInts, d.index, d.index, d.parameter(16))
	limit := d.parameter(12)
	if w.isa == avx512 {
		w.line("VPCMPGTD %s, %s, K1", d.h, limit)
		w.line("KNOTW K1, K1")
	} else {
		w.op(greaterInt, d.h, limit, d.h)
	}
}

// apply sets x to 0 where draw says so.
func (d *roll) apply(x string) { d.w.apply(x, d.h) }

// signed returns x, negative where draw says that it is dropped, and there alone: a NaN
// may have come with any sign.
func (d *roll) signed(x string) string {
	w, p := d.w, d.w.get()
	if w.isa == avx512 {
		w.opBits(and, p, x, absMask)
		w.line("KNOTW K1, K3")
		sign := w.operand(len(table) + signMask)
		w.line("VPORD%s %s, %s, K3, %s", w.spread(sign), sign, p, p)
		return p
	}
	w.positive(x)
	w.opBits(and, p, d.h, signMask)
	w.op(or, p, p, x)
	return p
}
