package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
)

// DistanceSpec says how the scores of DistanceAttention depend on the distance
// from key to query.
type DistanceSpec struct {
	// ByQuery and ByKey are tables that queries and keys are multiplied by,
	// [R, H], or [R, D] where all heads share them; either may be nil.
	ByQuery, ByKey mat.Tensor
	Rows           []int32 // of the tables by distance, from -Zero on, ascending
	Zero           int     // the longest sequence less one
	At             []int32 // the queries' positions among their sequence's keys; nil: all, in order
	Scale          float32 // of these scores; 0: that of the others
}

// DistanceAttention is multi-head attention whose scores depend, beside content,
// on the distance i-j of query and key, as BERT's relative keys (Shaw et al.
// 2018) and DeBERTa's disentangled attention (He et al. 2021) have it:
//
//	softmax(scale·q·k + Scale·(q·ByQuery[i-j] + k·ByKey[i-j]))·v
//
// q is [T, 3H], queries, keys and values side by side, and kv nil, or q is
// [Tq, H] and kv [Tk, 2H]; the result is [Tq, H]. It takes O(T_i²·H) a sequence
// and panics if shapes differ.
func DistanceAttention(p *Pass, q, kv mat.Tensor, spec AttentionSpec, by DistanceSpec) mat.Tensor {
	h, ko, vo, keys := Of(q).cols/3, Of(q).cols/3, Of(q).cols/3*2, q
	o := &distance{base: base{p: p, ins: []mat.Tensor{q}}, q: q, kv: q, by: by}
	if kv != nil {
		h, keys = Of(q).cols, kv
		o.ins, o.kv, ko, vo = append(o.ins, kv), kv, 0, h
	}
	if Of(keys).cols != vo+h || h%spec.Heads != 0 {
		panic(fmt.Sprintf("ops: distance attention: queries %v, keys %v, %d heads", Of(q).Shape(), Of(keys).Shape(), spec.Heads))
	}
	if spec.KeyOff == nil {
		spec.KeyOff = spec.Offsets
	}
	if by.Scale == 0 {
		by.Scale = spec.scale(h)
	}
	o.ko, o.vo = ko, vo
	o.call = device.DistanceAttention{Attention: device.Attention{Q: Of(q).columns(0), K: Of(keys).columns(ko),
		V:     Of(keys).columns(vo),
		Heads: spec.Heads, Width: h, Offsets: spec.Offsets, KeyOff: spec.KeyOff, Causal: spec.Causal, Scale: spec.scale(h),
		Drop: p.drop(spec.Dropout)}, ByQuery: o.table(by.ByQuery, h), ByKey: o.table(by.ByKey, h),
		Rows: by.Rows, Zero: by.Zero, At: by.At, DistanceScale: by.Scale}
	return p.run(o)
}

// table adds a table to the operands, if there is one, of all heads' width h or of
// one's.
func (o *distance) table(t mat.Tensor, h int) device.Matrix {
	if t == nil {
		return device.Matrix{}
	}
	o.ins = append(o.ins, t)
	return Of(t).matrix()
}

type distance struct {
	base
	q, kv  mat.Tensor
	ko, vo int // columns of kv where keys and values begin
	by     DistanceSpec
	call   device.DistanceAttention
}

func (o *distance) Forward() (mat.Tensor, error) {
	c := &o.call
	for _, t := range []device.Matrix{c.ByQuery, c.ByKey} {
		if !t.None() && t.LD != c.Width && t.LD != c.Width/c.Heads {
			panic(fmt.Sprintf("ops: distance attention: a table of width %d for %d heads of %d", t.LD, c.Heads, c.Width/c.Heads))
		}
	}
	c.Probs = o.keepOf(c, c.Scores())
	y := o.p.alloc(Of(o.q).rows, c.Width)
	c.Y = y.buf
	o.p.Backend.Run(c)
	return o.forwarded(y)
}

func (o *distance) Backward(gy mat.Tensor) error {
	q, k := Of(o.q), Of(o.kv)
	dq := o.p.alloc(q.rows, q.cols)
	dk := dq
	if o.kv != o.q {
		dk = o.p.alloc(k.rows, k.cols)
	}
	byQuery, byKey := o.tableGrad(o.by.ByQuery), o.tableGrad(o.by.ByKey)
	g := device.DistanceGrad{Of: &o.call, DY: Of(gy).buf, DQ: dq.columns(0), DK: dk.columns(o.ko), DV: dk.columns(o.vo)}
	if byQuery != nil {
		g.ByQuery = byQuery.buf
	}
	if byKey != nil {
		g.ByKey = byKey.buf
	}
	o.p.Backend.Run(&g)
	o.finish()
	if dk != dq {
		o.kv.AccGrad(dk)
	}
	o.q.AccGrad(dq)
	o.addTableGrad(o.by.ByQuery, byQuery)
	o.addTableGrad(o.by.ByKey, byKey)
	return nil
}

// tableGrad is room for the gradient of a table, nil if it needs none.
func (o *distance) tableGrad(table mat.Tensor) *Tensor {
	if table == nil || !table.RequiresGrad() {
		return nil
	}
	t := Of(table)
	return o.p.alloc(t.rows, t.cols)
}

// addTableGrad adds a table's gradient to it; a parameter copies it.
func (o *distance) addTableGrad(table mat.Tensor, grad *Tensor) {
	if grad == nil {
		return
	}
	table.AccGrad(grad)
	if Of(table).param != nil {
		o.p.Backend.Put(grad.buf)
	}
}

func (o *distance) name() string { return "attention" }

// flops of content and of the tables' rows in use; backward each product becomes
// two.
func (o *distance) flops(backward bool) float64 {
	c := &o.call
	var all float64
	for s := range len(c.Offsets) - 1 {
		nq, nk := int(c.Offsets[s+1]-c.Offsets[s]), int(c.KeyOff[s+1]-c.KeyOff[s])
		_, width := c.Window(s)
		n := 2 * nq * nk
		if !c.ByQuery.None() {
			n += nq * width
		}
		if !c.ByKey.None() {
			n += nk * width
		}
		all += 2 * float64(n*c.Width)
	}
	return all * float64(1+b2i(backward))
}
