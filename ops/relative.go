package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// RelativeSpec says how the queries of Funnel's attention meet its keys.
type RelativeSpec struct {
	Heads    int
	Offsets  []int32 // of the queries' sequences, B+1
	KeyOff   []int32 // of the keys' sequences
	KeyReal  []int32 // how many of a sequence's keys, from the first, are no padding
	Types    []int32 // token type of each query
	KeyTypes []int32 // and of each key
	// SeparateCls gives the first query and the first key of a sequence no
	// positional and no token-type scores.
	SeparateCls bool
	Positions   Positions
	Dropout     float32 // of the probabilities
}

// RelativeParams are what the attention has of its own. N heads of width D.
type RelativeParams struct {
	WordBias, PositionBias, TypeBias *nn.Param // [N, D], added to the query of each kind of score
	Kernel                           *nn.Param // [M, N, D], from the encoding of a position to a head
	Types                            *nn.Param // [2, N, D]: another segment, the same segment
}

func (r RelativeParams) list() []mat.Tensor {
	return []mat.Tensor{r.WordBias, r.PositionBias, r.TypeBias, r.Kernel, r.Types}
}

// RelativeAttention is the attention of Funnel (Dai et al. 2020, appendix A):
// with q scaled by 1/√D, and biases likewise,
//
//	softmax((q+w)·k + (q+r)·position(i, j) + (q+t)·types[same segment])·v
//
// Tokens are of the same segment if their types are equal or one is [CLS]'s, 2.
// q is [Tq, 3·N·D], queries, keys and values side by side, and kv nil, or q is
// [Tq, N·D] and kv [Tk, 2·N·D]; the result is [Tq, N·D]. Scores of padding are
// lowered by a million, as the reference does. It panics if shapes differ.
func RelativeAttention(p *Pass, q, kv mat.Tensor, w RelativeParams, spec RelativeSpec) mat.Tensor {
	h := Of(w.WordBias).Size()
	ko, vo, width, keys := h, 2*h, 3*h, Of(q)
	o := &relative{base: base{p: p, ins: append(w.list(), q)}, q: q, kv: q, w: w, positions: spec.Positions}
	if kv != nil {
		o.ins = append(o.ins, kv)
		o.kv, ko, vo, width, keys = kv, 0, h, h, Of(kv)
	}
	if Of(q).cols != width || keys.cols != vo+h || Of(w.Types).Size() != 2*h || h%spec.Heads != 0 {
		panic(fmt.Sprintf("ops: relative attention: queries %v, keys %v, %d heads and biases of %d",
			Of(q).Shape(), keys.Shape(), spec.Heads, h))
	}
	o.ko, o.vo = ko, vo
	o.call = device.RelativeAttention{Q: Of(q).columns(0), K: keys.columns(ko), V: keys.columns(vo),
		WordBias: Of(w.WordBias).buf, PositionBias: Of(w.PositionBias).buf, TypeBias: Of(w.TypeBias).buf,
		Kernel: Of(w.Kernel).buf, Types: Of(w.Types).buf, Heads: spec.Heads, Width: h, Model: Of(w.Kernel).Size() / h,
		Offsets: spec.Offsets, KeyOff: spec.KeyOff, KeyReal: spec.KeyReal, QueryTypes: spec.Types, KeyTypes: spec.KeyTypes,
		SeparateCls: spec.SeparateCls, Drop: p.drop(spec.Dropout), Precision: p.Precision}
	spec.Positions.put(&o.call)
	return p.run(o)
}

type relative struct {
	base
	q, kv     mat.Tensor
	w         RelativeParams
	positions Positions
	ko, vo    int // columns of kv where keys and values begin
	call      device.RelativeAttention
}

func (x *Shifted) put(call *device.RelativeAttention) {
	if x.table.cols != call.Model {
		panic(fmt.Sprintf("ops: positions of width %d for a kernel of %d", x.table.cols, call.Model))
	}
	for s := range len(call.Offsets) - 1 {
		nq, nk := int(call.Offsets[s+1]-call.Offsets[s]), int(call.KeyOff[s+1]-call.KeyOff[s])
		if nq > x.call.Queries || nk > x.call.Keys {
			panic(fmt.Sprintf("ops: %d queries and %d keys with positions for %d and %d", nq, nk, x.call.Queries, x.call.Keys))
		}
	}
	call.Shifted = &x.call
}

func (x *Factorized) put(call *device.RelativeAttention) {
	last := len(call.Offsets) - 1
	if x.query.cols != call.Model || len(x.call.At) != int(call.Offsets[last]) || len(x.call.Keys) != int(call.KeyOff[last]) {
		panic(fmt.Sprintf("ops: positions of width %d, %d queries and %d keys for %d, %d and %d", x.query.cols, len(x.call.At),
			len(x.call.Keys), call.Model, call.Offsets[last], call.KeyOff[last]))
	}
	call.Factorized = &x.call
}

func (o *relative) Forward() (mat.Tensor, error) {
	o.call.Probs = o.keepOf(&o.call, o.call.Scores())
	if x := o.call.Shifted; x != nil {
		o.call.Table = o.keep(x.Rows * o.call.Width)
	}
	y := o.p.alloc(Of(o.q).rows, o.call.Width)
	o.call.Y = y.buf
	o.p.Backend.Run(&o.call)
	return o.forwarded(y)
}

func (o *relative) Backward(gy mat.Tensor) error {
	q, k := Of(o.q), Of(o.kv)
	dq := o.p.alloc(q.rows, q.cols)
	dk := dq
	if o.kv != o.q {
		dk = o.p.alloc(k.rows, k.cols)
	}
	o.p.Backend.Run(&device.RelativeGrad{Of: &o.call, DY: Of(gy).buf, DQ: dq.columns(0), DK: dk.columns(o.ko),
		DV:       dk.columns(o.vo),
		WordBias: deviceGrad(o.w.WordBias), PositionBias: deviceGrad(o.w.PositionBias), TypeBias: deviceGrad(o.w.TypeBias),
		Types: deviceGrad(o.w.Types), Kernel: deviceGrad(o.w.Kernel)})
	o.finish()
	if dk != dq {
		o.kv.AccGrad(dk)
	}
	o.q.AccGrad(dq)
	return nil
}

func deviceGrad(w *nn.Param) device.ParamGrad {
	buf, acc := paramGradOf(w)
	return device.ParamGrad{Buffer: buf, Acc: acc}
}
