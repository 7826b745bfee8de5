package ops

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/kernels"
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
	o := &distance{base: base{p: p, ins: []mat.Tensor{q}}, q: q, kv: q, spec: spec, by: by, drop: p.drop(spec.Dropout)}
	o.h = Of(q).cols / 3
	o.ko, o.vo = o.h, 2*o.h
	if kv != nil {
		o.ins, o.kv, o.h = append(o.ins, kv), kv, Of(q).cols
		o.ko, o.vo = 0, o.h
	}
	if o.spec.KeyOff == nil {
		o.spec.KeyOff = spec.Offsets
	}
	o.d = o.h / spec.Heads
	for _, t := range []mat.Tensor{by.ByQuery, by.ByKey} {
		if t == nil {
			continue
		}
		if w := Of(t).cols; w != o.h && w != o.d {
			panic(fmt.Sprintf("ops: distance attention: a table of width %d for %d heads of %d", w, spec.Heads, o.d))
		}
		o.ins = append(o.ins, t)
	}
	if Of(o.kv).cols != o.vo+o.h || o.h%spec.Heads != 0 {
		panic(fmt.Sprintf("ops: distance attention: queries %v, keys %v, %d heads", Of(q).Shape(), Of(o.kv).Shape(), spec.Heads))
	}
	return p.run(o)
}

type distance struct {
	base
	q, kv  mat.Tensor
	h, d   int
	ko, vo int // columns of kv where keys and values begin
	spec   AttentionSpec
	by     DistanceSpec
	drop   kernels.Dropper

	probs []float32     // before dropout, a [queries, keys] block for each sequence and head
	jobs  []distanceJob // by sequence, then head
	order []int32       // of jobs, the longest first
}

// distanceJob is one head of one sequence.
type distanceJob struct {
	headJob
	kernels.Distances
	width int // rows of the tables that are in use
}

func (o *distance) plan() int {
	total := 0
	for s := range len(o.spec.Offsets) - 1 {
		q0, nq := int(o.spec.Offsets[s]), int(o.spec.Offsets[s+1]-o.spec.Offsets[s])
		k0, nk := int(o.spec.KeyOff[s]), int(o.spec.KeyOff[s+1]-o.spec.KeyOff[s])
		j := distanceJob{headJob: headJob{q0: q0, nq: nq, k0: k0, nk: nk}}
		j.Distances = kernels.Distances{Rows: o.by.Rows, Zero: o.by.Zero, At: o.positions(q0, nq)}
		if nq > 0 && nk > 0 {
			near, far := slices.Max(j.At), slices.Min(j.At)
			j.First = o.by.Rows[int(far)-(nk-1)+o.by.Zero]
			j.width = int(o.by.Rows[int(near)+o.by.Zero]-j.First) + 1
		}
		for h := range o.spec.Heads {
			j.head, j.at = h, total
			o.order = append(o.order, int32(len(o.jobs)))
			o.jobs = append(o.jobs, j)
			total += nq * nk
		}
	}
	slices.SortStableFunc(o.order, func(a, b int32) int { return cmp.Compare(o.jobs[b].nq*o.jobs[b].nk, o.jobs[a].nq*o.jobs[a].nk) })
	return total
}

// positions returns those of a sequence's queries.
func (o *distance) positions(q0, nq int) []int32 {
	if o.by.At != nil {
		return o.by.At[q0 : q0+nq]
	}
	at := make([]int32, nq)
	for i := range at {
		at[i] = int32(i)
	}
	return at
}

// scale returns what content and distance scores are multiplied by.
func (o *distance) scale() (content, distance float32) {
	content = o.spec.scale(o.h)
	if o.by.Scale == 0 {
		return content, content
	}
	return content, o.by.Scale
}

// rows returns the rows of a table that a job uses, its head's columns first, and
// their stride.
func (j *distanceJob) rows(o *distance, table mat.Tensor) ([]float32, int) {
	t := Of(table)
	return t.data[int(j.First)*t.cols+j.column(o, t.cols):], t.cols
}

// column returns where a head's columns of a table begin.
func (j *distanceJob) column(o *distance, cols int) int {
	if cols == o.d {
		return 0
	}
	return j.head * o.d
}

// blocks returns where the job's queries, keys and values begin.
func (j *distanceJob) blocks(o *distance) (q, k, v int) {
	qc, kc := Of(o.q).cols, Of(o.kv).cols
	return j.q0*qc + j.head*o.d, j.k0*kc + o.ko + j.head*o.d, j.k0*kc + o.vo + j.head*o.d
}

func (o *distance) Forward() (mat.Tensor, error) {
	qt, kt := Of(o.q), Of(o.kv)
	o.probs = o.keep(o.plan())
	y := o.p.alloc(qt.rows, o.h)
	kernels.Parallel(len(o.order), func(n int) {
		j := &o.jobs[o.order[n]]
		if j.nq == 0 || j.nk == 0 {
			clear(y.data[j.q0*o.h : (j.q0+j.nq)*o.h])
			return
		}
		s := o.probs[j.at : j.at+j.nq*j.nk]
		o.scores(j, s)
		kernels.SoftmaxSeq(s, j.nq, j.nk, j.nk)
		if o.drop.P > 0 {
			dropped := o.p.Mem.Get(len(s))
			defer o.p.Mem.Put(dropped)
			o.drop.Apply(dropped, s, j.at)
			s = dropped
		}
		_, _, v := j.blocks(o)
		kernels.GemmSeq(false, false, j.nq, o.d, j.nk, s, j.nk, kt.data[v:], kt.cols, false, y.data[j.q0*o.h+j.head*o.d:], o.h)
	})
	return o.forwarded(y)
}

// scores writes a job's scores before the softmax to s.
func (o *distance) scores(j *distanceJob, s []float32) {
	qt, kt := Of(o.q), Of(o.kv)
	q, k, _ := j.blocks(o)
	content, distance := o.scale()
	kernels.GemmSeq(false, true, j.nq, j.nk, o.d, qt.data[q:], qt.cols, kt.data[k:], kt.cols, false, s, j.nk)
	kernels.ScaleSeq(s, content)
	x := o.p.Mem.Get(max(j.nq, j.nk) * j.width)
	defer o.p.Mem.Put(x)
	if o.by.ByQuery != nil {
		rows, ld := j.rows(o, o.by.ByQuery)
		kernels.GemmSeq(false, true, j.nq, j.width, o.d, qt.data[q:], qt.cols, rows, ld, false, x, j.width)
		j.AddByQuery(s, x, distance, j.nk, j.width)
	}
	if o.by.ByKey != nil {
		rows, ld := j.rows(o, o.by.ByKey)
		kernels.GemmSeq(false, true, j.nk, j.width, o.d, kt.data[k:], kt.cols, rows, ld, false, x, j.width)
		j.AddByKey(s, x, distance, j.nk, j.width)
	}
	if o.spec.Causal {
		maskFuture(s, j.nq, j.nk)
	}
}

func (o *distance) name() string { return "attention" }

// flops of content and of the tables' rows in use; backward each product becomes
// two.
func (o *distance) flops(backward bool) float64 {
	var all float64
	for _, j := range o.jobs {
		n := 2 * j.nq * j.nk
		if o.by.ByQuery != nil {
			n += j.nq * j.width
		}
		if o.by.ByKey != nil {
			n += j.nk * j.width
		}
		all += 2 * float64(n*o.d)
	}
	return all * float64(1+b2i(backward))
}
