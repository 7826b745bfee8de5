package ops

import (
	"fmt"
	"math"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
)

// AttentionSpec says how queries meet keys.
type AttentionSpec struct {
	Heads   int
	Offsets []int32 // of the queries' sequences, B+1
	KeyOff  []int32 // of the keys' sequences; nil: as Offsets
	Causal  bool    // a query sees the keys up to its own position
	Scale   float32 // of the scores; 0: 1/√D
	Dropout float32 // of the probabilities
}

// scale returns what the scores of heads that are h wide together are multiplied by.
func (s AttentionSpec) scale(h int) float32 {
	if s.Scale != 0 {
		return s.Scale
	}
	return float32(1 / math.Sqrt(float64(h/s.Heads)))
}

// SelfAttention is multi-head attention within each sequence: qkv is [T, 3H],
// queries, keys and values side by side, the result [T, H]:
// softmax(QKᵀ/√D)·V, head by head. It takes O(T_i²·H) a sequence and keeps
// T_i² probabilities a head. It panics if H is not a multiple of Heads.
func SelfAttention(p *Pass, qkv mat.Tensor, spec AttentionSpec) mat.Tensor {
	w := Of(qkv).cols
	if w%3 != 0 {
		panic(fmt.Sprintf("ops: attention: width %d is not 3H", w))
	}
	return newAttention(p, []mat.Tensor{qkv}, w/3, 0, w/3, 2*w/3, spec)
}

// CrossAttention is multi-head attention of q, [Tq, H], over kv, [Tk, 2H], keys
// and values side by side: query sequence i sees key sequence i.
func CrossAttention(p *Pass, q, kv mat.Tensor, spec AttentionSpec) mat.Tensor {
	h := Of(q).cols
	if Of(kv).cols != 2*h || len(spec.KeyOff) != len(spec.Offsets) {
		panic(fmt.Sprintf("ops: attention: queries of width %d over keys and values of width %d", h, Of(kv).cols))
	}
	return newAttention(p, []mat.Tensor{q, kv}, h, 0, 0, h, spec)
}

// newAttention is attention of heads that are h wide together. Queries begin in
// column q of the first operand, keys and values in columns k and v of the last.
func newAttention(p *Pass, ins []mat.Tensor, h, q, k, v int, spec AttentionSpec) mat.Tensor {
	if h%spec.Heads != 0 {
		panic(fmt.Sprintf("ops: attention: %d heads do not divide %d", spec.Heads, h))
	}
	if spec.KeyOff == nil {
		spec.KeyOff = spec.Offsets
	}
	qt, kt := Of(ins[0]), Of(ins[len(ins)-1])
	return p.run(&attention{base: base{p: p, ins: ins}, q: q, k: k, v: v, call: device.Attention{
		Q: qt.columns(q), K: kt.columns(k), V: kt.columns(v), Heads: spec.Heads, Width: h,
		Offsets: spec.Offsets, KeyOff: spec.KeyOff, Causal: spec.Causal, Scale: spec.scale(h), Drop: p.drop(spec.Dropout),
		NoGrad: !p.Grad}})
}

type attention struct {
	base
	q, k, v int // columns
	call    device.Attention
}

func (o *attention) Forward() (mat.Tensor, error) {
	o.call.Probs = o.keepOf(&o.call, o.call.Scores())
	y := o.p.alloc(Of(o.ins[0]).rows, o.call.Width)
	o.call.Y = y.buf
	o.p.Backend.Run(&o.call)
	return o.forwarded(y)
}

func (o *attention) Backward(gy mat.Tensor) error {
	qt, kt := Of(o.ins[0]), Of(o.ins[len(o.ins)-1])
	dq := o.p.alloc(qt.rows, qt.cols)
	dk := dq
	if len(o.ins) > 1 {
		dk = o.p.alloc(kt.rows, kt.cols)
	}
	o.p.Backend.Run(&device.AttentionGrad{Of: &o.call, DY: Of(gy).buf, DQ: dq.columns(o.q), DK: dk.columns(o.k),
		DV: dk.columns(o.v)})
	o.finish()
	if len(o.ins) > 1 {
		o.ins[1].AccGrad(dk)
	}
	o.ins[0].AccGrad(dq)
	return nil
}
