package ops

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
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

// Positions give every query and key pair a score. It is one of this package's
// Shifted and Factorized.
type Positions interface {
	// prepare does what all heads share.
	prepare(o *relative)
	// scores writes the [nq, nk] scores of queries, [nq, D], to s.
	scores(o *relative, j relativeJob, q, s []float32)
	// grad writes to dq the gradient of the queries from that of the scores.
	grad(o *relative, j relativeJob, ds, dq []float32)
	// kernelGrad adds to dw the gradient of the kernel, from those of all scores.
	kernelGrad(o *relative, ds []float32, dw []float32, acc bool)
	// flops counts the products of what is above.
	flops(o *relative, backward bool) float64
}

// clsType is the token type of [CLS], which is of both segments.
const clsType = 2

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
	kt := Of(w.Kernel)
	o := &relative{base: base{p: p, ins: append(w.list(), q)}, q: q, kv: q, w: w, spec: spec,
		h: Of(w.WordBias).Size(), drop: p.drop(spec.Dropout)}
	o.d = o.h / spec.Heads
	o.model = kt.Size() / o.h
	o.ko, o.vo = o.h, 2*o.h
	width := 3 * o.h
	if kv != nil {
		o.ins = append(o.ins, kv)
		o.kv, o.ko, o.vo, width = kv, 0, o.h, o.h
	}
	if Of(q).cols != width || Of(o.kv).cols != o.vo+o.h || Of(w.Types).Size() != 2*o.h || o.h%spec.Heads != 0 {
		panic(fmt.Sprintf("ops: relative attention: queries %v, keys %v, %d heads and biases of %d",
			Of(q).Shape(), Of(o.kv).Shape(), spec.Heads, o.h))
	}
	return p.run(o)
}

type relative struct {
	base
	q, kv       mat.Tensor
	w           RelativeParams
	spec        RelativeSpec
	h, d, model int // all heads' width, one's, the encoding's
	ko, vo      int // columns of kv where keys and values begin
	drop        kernels.Dropper

	probs []float32     // before dropout
	jobs  []relativeJob // by sequence, then head
	order []int32       // of jobs, the longest first
	table []float32     // of Shifted: the positions through the kernel
}

type relativeJob struct {
	headJob
	seq int
}

func (o *relative) plan() int {
	total := 0
	for s := range len(o.spec.Offsets) - 1 {
		q0, nq := int(o.spec.Offsets[s]), int(o.spec.Offsets[s+1]-o.spec.Offsets[s])
		k0, nk := int(o.spec.KeyOff[s]), int(o.spec.KeyOff[s+1]-o.spec.KeyOff[s])
		for h := range o.spec.Heads {
			o.order = append(o.order, int32(len(o.jobs)))
			o.jobs = append(o.jobs, relativeJob{headJob{h, q0, nq, k0, nk, total}, s})
			total += nq * nk
		}
	}
	slices.SortStableFunc(o.order, func(a, b int32) int { return cmp.Compare(o.jobs[b].nq*o.jobs[b].nk, o.jobs[a].nq*o.jobs[a].nk) })
	return total
}

func (o *relative) scale() float32 { return float32(1 / math.Sqrt(float64(o.d))) }

// query writes the job's scaled queries with a bias, [nq, D].
func (o *relative) query(dst []float32, j relativeJob, bias *nn.Param) {
	q, b, s := Of(o.q), Of(bias).data[j.head*o.d:(j.head+1)*o.d], o.scale()
	for i := range j.nq {
		row := q.data[(j.q0+i)*q.cols+j.head*o.d:]
		for e, v := range b {
			dst[i*o.d+e] = row[e]*s + v*s
		}
	}
}

// unmasked returns where row i's scores of positions and types begin: all, none
// or all but [CLS]'s.
func (o *relative) unmasked(i, nk int) int {
	switch {
	case !o.spec.SeparateCls:
		return 0
	case i == 0:
		return nk
	}
	return 1
}

func (o *relative) Forward() (mat.Tensor, error) {
	k := Of(o.kv)
	total := o.plan()
	o.probs = o.keep(total)
	o.spec.Positions.prepare(o)
	y := o.p.alloc(Of(o.q).rows, o.h)
	kernels.Parallel(len(o.order), func(n int) {
		j := o.jobs[o.order[n]]
		s := o.probs[j.at : j.at+j.nq*j.nk]
		o.scores(j, s)
		kernels.SoftmaxSeq(s, j.nq, j.nk, j.nk)
		if o.drop.P > 0 {
			dropped := o.p.Mem.Get(len(s))
			defer o.p.Mem.Put(dropped)
			o.drop.Apply(dropped, s, j.at)
			s = dropped
		}
		kernels.GemmSeq(false, false, j.nq, o.d, j.nk, s, j.nk, k.data[j.k0*k.cols+o.vo+j.head*o.d:], k.cols,
			false, y.data[j.q0*o.h+j.head*o.d:], o.h)
	})
	return o.forwarded(y)
}

// scores writes a job's scores before the softmax to s.
func (o *relative) scores(j relativeJob, s []float32) {
	k := Of(o.kv)
	buf := o.p.Mem.Get(j.nq*o.d + j.nq*j.nk + 2*j.nq)
	defer o.p.Mem.Put(buf)
	q, extra, types := buf[:j.nq*o.d], buf[j.nq*o.d:j.nq*(o.d+j.nk)], buf[j.nq*(o.d+j.nk):]
	o.query(q, j, o.w.WordBias)
	kernels.GemmSeq(false, true, j.nq, j.nk, o.d, q, o.d, k.data[j.k0*k.cols+o.ko+j.head*o.d:], k.cols, false, s, j.nk)
	o.query(q, j, o.w.PositionBias)
	o.spec.Positions.scores(o, j, q, extra)
	o.query(q, j, o.w.TypeBias)
	kernels.GemmSeq(false, true, j.nq, 2, o.d, q, o.d, Of(o.w.Types).data[j.head*o.d:], o.h, false, types, 2)
	real := int(o.spec.KeyReal[j.seq])
	for i := range j.nq {
		row, by, kinds := s[i*j.nk:(i+1)*j.nk], extra[i*j.nk:(i+1)*j.nk], o.spec.KeyTypes[j.k0:j.k0+j.nk]
		own, other, same := o.spec.Types[j.q0+i], types[2*i], types[2*i+1]
		for c := o.unmasked(i, j.nk); c < j.nk; c++ {
			if k := kinds[c]; k == own || k == clsType || own == clsType {
				row[c] += by[c] + same
			} else {
				row[c] += by[c] + other
			}
		}
		for c := real; c < j.nk; c++ {
			row[c] -= 1e6
		}
	}
}
