package ops

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/kernels"
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

func newAttention(p *Pass, ins []mat.Tensor, h, q, k, v int, spec AttentionSpec) mat.Tensor {
	if h%spec.Heads != 0 {
		panic(fmt.Sprintf("ops: attention: %d heads do not divide %d", spec.Heads, h))
	}
	if spec.KeyOff == nil {
		spec.KeyOff = spec.Offsets
	}
	return p.run(&attention{base: base{p: p, ins: ins}, h: h, q: q, k: k, v: v, spec: spec, drop: p.drop(spec.Dropout)})
}

type attention struct {
	base
	h       int
	q, k, v int // columns where queries (of the first operand), keys and values (of the last) begin
	spec    AttentionSpec
	drop    kernels.Dropper
	probs   []float32 // before dropout, a [queries, keys] block for each sequence and head
	jobs    []headJob
}

// headJob is one head of one sequence, the unit of parallel work.
type headJob struct {
	head   int
	q0, nq int // first query row and their number
	k0, nk int
	at     int // of its block in probs
}

func (o *attention) plan() int {
	total := 0
	o.jobs = make([]headJob, 0, (len(o.spec.Offsets)-1)*o.spec.Heads)
	for s := range len(o.spec.Offsets) - 1 {
		q0, q1 := int(o.spec.Offsets[s]), int(o.spec.Offsets[s+1])
		k0, k1 := int(o.spec.KeyOff[s]), int(o.spec.KeyOff[s+1])
		for h := range o.spec.Heads {
			o.jobs = append(o.jobs, headJob{h, q0, q1 - q0, k0, k1 - k0, total})
			total += (q1 - q0) * (k1 - k0)
		}
	}
	// The longest first: the last jobs to be taken are then short ones.
	slices.SortStableFunc(o.jobs, func(a, b headJob) int { return cmp.Compare(b.nq*b.nk, a.nq*a.nk) })
	return total
}

func (o *attention) Forward() (mat.Tensor, error) {
	qt, kt := Of(o.ins[0]), Of(o.ins[len(o.ins)-1])
	total := o.plan()
	o.probs = o.keep(total)
	dropped := o.probs
	if o.drop.P > 0 {
		dropped = o.p.Mem.Get(total)
		defer o.p.Mem.Put(dropped)
	}
	y := o.p.alloc(qt.rows, o.h)
	d := o.h / o.spec.Heads
	scale := o.spec.scale(o.h)
	kernels.Parallel(len(o.jobs), func(i int) {
		j := o.jobs[i]
		if j.nq == 0 || j.nk == 0 {
			clear(y.data[j.q0*o.h : (j.q0+j.nq)*o.h])
			return
		}
		n := j.nq * j.nk
		s := o.probs[j.at : j.at+n]
		kernels.GemmSeq(false, true, j.nq, j.nk, d, qt.data[j.q0*qt.cols+o.q+j.head*d:], qt.cols,
			kt.data[j.k0*kt.cols+o.k+j.head*d:], kt.cols, false, s, j.nk)
		kernels.ScaleSeq(s, scale)
		if o.spec.Causal {
			maskFuture(s, j.nq, j.nk)
		}
		kernels.SoftmaxSeq(s, j.nq, j.nk, j.nk)
		sd := s
		if o.drop.P > 0 {
			sd = dropped[j.at : j.at+n]
			o.drop.Apply(sd, s, j.at)
		}
		kernels.GemmSeq(false, false, j.nq, d, j.nk, sd, j.nk,
			kt.data[j.k0*kt.cols+o.v+j.head*d:], kt.cols, false, y.data[j.q0*o.h+j.head*d:], o.h)
	})
	return o.forwarded(y)
}

// maskFuture sets the scores of keys behind each query's own position to -Inf;
// queries are the last nq of nk positions.
func maskFuture(s []float32, nq, nk int) {
	for r := range nq {
		row := s[r*nk : (r+1)*nk]
		for c := r + nk - nq + 1; c < nk; c++ {
			row[c] = float32(math.Inf(-1))
		}
	}
}

func (o *attention) Backward(gy mat.Tensor) error {
	qt, kt := Of(o.ins[0]), Of(o.ins[len(o.ins)-1])
	dy := Of(gy).data
	dq := o.p.alloc(qt.rows, qt.cols)
	dk := dq
	if len(o.ins) > 1 {
		dk = o.p.alloc(kt.rows, kt.cols)
	}
	scratch := o.p.Mem.Get(2 * len(o.probs))
	d := o.h / o.spec.Heads
	scale := o.spec.scale(o.h)
	kernels.Parallel(len(o.jobs), func(i int) {
		j := o.jobs[i]
		n := j.nq * j.nk
		if n == 0 {
			return
		}
		pr := o.probs[j.at : j.at+n]
		ds := scratch[2*j.at : 2*j.at+n]
		dropped := pr
		if o.drop.P > 0 {
			dropped = scratch[2*j.at+n : 2*j.at+2*n]
			o.drop.Apply(dropped, pr, j.at)
		}
		dyh := dy[j.q0*o.h+j.head*d:]
		q, k, v := j.q0*qt.cols+o.q+j.head*d, j.k0*kt.cols+o.k+j.head*d, j.k0*kt.cols+o.v+j.head*d
		kernels.GemmSeq(true, false, j.nk, d, j.nq, dropped, j.nk, dyh, o.h, false, dk.data[v:], kt.cols)
		kernels.GemmSeq(false, true, j.nq, j.nk, d, dyh, o.h, kt.data[v:], kt.cols, false, ds, j.nk)
		if o.drop.P > 0 {
			o.drop.Apply(ds, ds, j.at)
		}
		kernels.SoftmaxGradSeq(ds, pr, j.nq, j.nk, j.nk)
		kernels.ScaleSeq(ds, scale)
		kernels.GemmSeq(false, false, j.nq, d, j.nk, ds, j.nk, kt.data[k:], kt.cols, false, dq.data[q:], qt.cols)
		kernels.GemmSeq(true, false, j.nk, d, j.nq, ds, j.nk, qt.data[q:], qt.cols, false, dk.data[k:], kt.cols)
	})
	if len(o.ins) > 1 {
		o.clearUnseen(dq, dk)
	}
	o.p.Mem.Put(scratch)
	o.finish()
	if len(o.ins) > 1 {
		o.ins[1].AccGrad(dk)
	}
	o.ins[0].AccGrad(dq)
	return nil
}

// clearUnseen zeroes the gradients of sequences that had no partner, which no
// job writes.
func (o *attention) clearUnseen(dq, dk *Tensor) {
	for _, j := range o.jobs {
		if j.nq == 0 || j.nk == 0 {
			clear(dq.data[j.q0*dq.cols : (j.q0+j.nq)*dq.cols])
			clear(dk.data[j.k0*dk.cols : (j.k0+j.nk)*dk.cols])
		}
	}
}
