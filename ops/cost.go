package ops

import "github.com/lmkor/bench/device"

// coster is an operator that knows its work, once it has run.
type coster interface {
	name() string
	// flops returns the operations of its matrix products, a multiplication and
	// an addition counted as two.
	flops(backward bool) float64
	// bytes returns what it has to read and to write: forward its operands, its
	// result and what it keeps for backward; backward the result's gradient, what
	// was kept and the operands again, and their gradients. Each counts once,
	// though a cache too small for it may have to fetch it more often.
	bytes(backward bool) float64
}

// flops is 0 for an operator without a product.
func (o *base) flops(bool) float64 { return 0 }

// bytes counts all operands as a whole.
func (o *base) bytes(backward bool) float64 {
	n := o.out.Size() + o.size
	for _, x := range o.ins {
		n += x.Size()
		if backward && x.RequiresGrad() {
			n += x.Size()
		}
	}
	return 4 * float64(n)
}

// without leaves the operand's values out, of which backward needs none.
func (o *base) without(backward bool) float64 {
	all := o.bytes(backward)
	if backward {
		for _, x := range o.ins {
			all -= 4 * float64(x.Size())
		}
	}
	return all
}

// gathered counts the rows that are used of operands, a table's say, in place of
// the whole: as many floats as the result has, each time.
func (o *base) gathered(backward bool, times int) float64 {
	n := o.out.Size() * (1 + times)
	if backward {
		n = o.out.Size() * (1 + 2*times) // added to what is there
	}
	return 4 * float64(n)
}

func (o *linear) name() string { return "linear" }

func (o *linear) flops(backward bool) float64 {
	n, in := float64(Of(o.x).rows), float64(Of(o.x).cols)
	if !backward {
		return 2 * n * in * float64(o.outputs)
	}
	var all float64
	for _, w := range o.ws {
		one := 2 * n * in * float64(Of(w).rows)
		if w.RequiresGrad() {
			all += one
		}
		if o.x.RequiresGrad() {
			all += one
		}
	}
	return all
}

func (o *conv1d) name() string { return "linear" }

func (o *conv1d) flops(backward bool) float64 {
	one := 2 * float64(Of(o.x).rows) * float64(Of(o.w).Size())
	if !backward {
		return one
	}
	return one * float64(b2i(o.w.RequiresGrad())+b2i(o.x.RequiresGrad()))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (o *attention) name() string { return "attention" }

// flops of two products of the scores' size forward and four backward.
func (o *attention) flops(backward bool) float64 {
	return 4 * float64(o.call.Scores()*o.call.Width/o.call.Heads) * float64(1+b2i(backward))
}

func (o *relative) name() string { return "attention" }

// flops of content, positions and segments; backward each product becomes two.
func (o *relative) flops(backward bool) float64 {
	c := &o.call
	var all float64
	for s := range len(c.Offsets) - 1 {
		nq, nk := float64(c.Offsets[s+1]-c.Offsets[s]), float64(c.KeyOff[s+1]-c.KeyOff[s])
		all += 2 * nq * (2*nk + 2) * float64(c.Width)
	}
	return all*float64(1+b2i(backward)) + o.positions.flops(c, backward)
}

func (x *Shifted) flops(c *device.RelativeAttention, backward bool) float64 {
	all := 2 * float64(x.call.Rows*c.Width) * float64(c.Model)
	for s := range len(c.Offsets) - 1 {
		nq := int(c.Offsets[s+1] - c.Offsets[s])
		_, n := x.call.Window(nq, int(c.KeyOff[s+1]-c.KeyOff[s]))
		all += 2 * float64(nq*n) * float64(c.Width) * float64(1+b2i(backward))
	}
	return all
}

// flops counts the keys' encodings twice backward: for the queries' gradient, and
// head by head for the kernel's.
func (x *Factorized) flops(c *device.RelativeAttention, backward bool) float64 {
	var all float64
	for s := range len(c.Offsets) - 1 {
		nq, nk := int(c.Offsets[s+1]-c.Offsets[s]), int(c.KeyOff[s+1]-c.KeyOff[s])
		all += 2 * float64(nq*c.Model) * float64(c.Width+c.Heads*nk) * float64(1+b2i(backward))
	}
	return all
}

func (o *cachedAttention) name() string { return "attention" }

func (o *cachedAttention) flops(bool) float64 { return 4 * float64(o.pairs*o.c.h) }

// bytes adds the cache's keys and values, and those that were appended.
func (o *cachedAttention) bytes(backward bool) float64 {
	n := Of(o.ins[0]).rows
	for _, l := range o.c.lens {
		n += int(l)
	}
	return o.base.bytes(backward) + 8*float64(n*o.c.h)
}

func (o *norm) name() string { return "layer norm" }

// bytes of a residual norm's backward do not include the operands: what is
// normalised was kept. Those of a norm that computes a sum are the sum's, too, whose
// gradient is read if it had one, and written as the residual's.
func (o *norm) bytes(backward bool) float64 {
	all, n := o.base.bytes(backward), 4*float64(o.out.Size())
	switch {
	case backward && o.residual != nil:
		all -= 2 * n
	case o.of == nil:
	case !backward:
		all += 2 * n
	case o.of.dx != nil:
		all += n * float64(1+b2i(o.added))
	}
	return all
}

func (o *embedding) name() string                { return "embedding" }
func (o *embedding) bytes(backward bool) float64 { return o.gathered(backward, len(o.lookups)) }

func (o *dropout) name() string                { return "dropout" }
func (o *dropout) bytes(backward bool) float64 { return o.without(backward) }

func (o *add) name() string { return "add" }

// bytes are none where the norm behind has them.
func (o *add) bytes(backward bool) float64 {
	if o.normed && (!backward || o.dx != nil) {
		return 0
	}
	return o.without(backward)
}

func (o *through) name() string       { return "through" }
func (o *through) bytes(bool) float64 { return 0 }

func (o *rows) name() string { return "rows" }

// bytes of the backward direction include the gradient of every row, which is
// zero but for those that were gathered.
func (o *rows) bytes(backward bool) float64 {
	if backward {
		return 4 * float64(o.out.Size()+Of(o.ins[0]).Size())
	}
	return o.gathered(false, 1)
}

func (o *gatherAdd) name() string { return "gather" }

func (o *gatherAdd) bytes(backward bool) float64 {
	if backward {
		return 4 * float64(o.out.Size()+Of(o.ins[0]).Size()+Of(o.ins[1]).Size())
	}
	return o.gathered(false, 2)
}

func (o *pool) name() string { return "pool" }

func (o *pool) bytes(backward bool) float64 {
	if backward && !o.largest {
		return o.without(true)
	}
	return o.base.bytes(backward)
}

func (o *loss) name() string { return "loss" }

// bytes are the operand's and the gold labels', and in a pass with Grad the
// gradient's, which forward has made already: backward only scales it.
func (o *loss) bytes(backward bool) float64 {
	n := Of(o.ins[0]).Size()
	switch {
	case backward:
		return 8 * float64(n)
	case o.p.Grad:
		return 4 * float64(2*n+o.gold+1)
	}
	return 4 * float64(n+o.gold+1)
}
