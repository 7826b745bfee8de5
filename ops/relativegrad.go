package ops

import (
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// Backward goes over sequences and heads twice: first for the gradients of
// queries, keys and values, one job each, keeping those of the scores; then,
// head by head, over all sequences in order, for what they share.
func (o *relative) Backward(gy mat.Tensor) error {
	q, k := Of(o.q), Of(o.kv)
	dq := o.p.alloc(q.rows, q.cols)
	dk := dq
	if o.kv != o.q {
		dk = o.p.alloc(k.rows, k.cols)
	}
	b := len(o.spec.Offsets) - 1
	ds := o.p.Mem.Get(len(o.probs))
	// A row a sequence: gradients of the three biases and of the two segments.
	shared := o.p.Mem.GetZero(b * 5 * o.h)
	kernels.Parallel(len(o.order), func(n int) {
		j := o.jobs[o.order[n]]
		o.jobGrad(j, Of(gy).data, dq, dk, ds[j.at:j.at+j.nq*j.nk], shared[j.seq*5*o.h:(j.seq+1)*5*o.h])
	})
	for i, w := range []*nn.Param{o.w.WordBias, o.w.PositionBias, o.w.TypeBias, o.w.Types} {
		if dw, acc := paramGradOf(w); dw != nil {
			if !acc {
				clear(dw)
			}
			kernels.BiasGrad(dw, shared[i*o.h:], b, len(dw), 5*o.h)
		}
	}
	if dw, acc := paramGradOf(o.w.Kernel); dw != nil {
		o.spec.Positions.kernelGrad(o, ds, dw, acc)
	}
	o.p.Mem.Put(shared)
	o.p.Mem.Put(ds)
	o.finish()
	if dk != dq {
		o.kv.AccGrad(dk)
	}
	o.q.AccGrad(dq)
	return nil
}

// jobGrad writes the job's part of dq and dk, keeps in ds the gradient of the
// scores as positions and types see it, and the rest of the gradients in shared.
func (o *relative) jobGrad(j relativeJob, dy []float32, dq, dk *Tensor, ds, shared []float32) {
	k := Of(o.kv)
	n, qd := j.nq*j.nk, j.nq*o.d
	buf := o.p.Mem.Get(n + 2*qd + 2*j.nq)
	defer o.p.Mem.Put(buf)
	full, qb, part, seg := buf[:n], buf[n:n+qd], buf[n+qd:n+2*qd], buf[n+2*qd:]
	probs := o.probs[j.at : j.at+n]
	ko, vo := j.k0*k.cols+o.ko+j.head*o.d, j.k0*k.cols+o.vo+j.head*o.d
	dyh := dy[j.q0*o.h+j.head*o.d:]

	o.drop.Apply(full, probs, j.at)
	kernels.GemmSeq(true, false, j.nk, o.d, j.nq, full, j.nk, dyh, o.h, false, dk.data[vo:], k.cols)
	kernels.GemmSeq(false, true, j.nq, j.nk, o.d, dyh, o.h, k.data[vo:], k.cols, false, full, j.nk)
	o.drop.Apply(full, full, j.at)
	kernels.SoftmaxGradSeq(full, probs, j.nq, j.nk, j.nk)
	clear(ds)
	clear(seg)
	for i := range j.nq {
		row, kinds := full[i*j.nk:(i+1)*j.nk], o.spec.KeyTypes[j.k0:j.k0+j.nk]
		own, c0 := o.spec.Types[j.q0+i], o.unmasked(i, j.nk)
		copy(ds[i*j.nk+c0:], row[c0:])
		for c := c0; c < j.nk; c++ {
			if k := kinds[c]; k == own || k == clsType || own == clsType {
				seg[2*i+1] += row[c]
			} else {
				seg[2*i] += row[c]
			}
		}
	}

	o.query(qb, j, o.w.WordBias)
	kernels.GemmSeq(true, false, j.nk, o.d, j.nq, full, j.nk, qb, o.d, false, dk.data[ko:], k.cols)
	kernels.GemmSeq(false, false, j.nq, o.d, j.nk, full, j.nk, k.data[ko:], k.cols, false, part, o.d)
	o.addQuery(j, dq, part, shared, 0)
	o.spec.Positions.grad(o, j, ds, part)
	o.addQuery(j, dq, part, shared, 1)
	types := Of(o.w.Types).data[j.head*o.d:]
	o.query(qb, j, o.w.TypeBias)
	kernels.GemmSeq(true, false, 2, o.d, j.nq, seg, 2, qb, o.d, false, shared[3*o.h+j.head*o.d:], o.h)
	kernels.GemmSeq(false, false, j.nq, o.d, 2, seg, 2, types, o.h, false, part, o.d)
	o.addQuery(j, dq, part, shared, 2)
}

// addQuery adds to dq the gradient of the biased queries of one kind of score,
// and to shared that of the bias; the first kind begins the sum.
func (o *relative) addQuery(j relativeJob, dq *Tensor, part, shared []float32, kind int) {
	s := o.scale()
	bias := shared[kind*o.h+j.head*o.d:][:o.d]
	for i := range j.nq {
		row := dq.data[(j.q0+i)*dq.cols+j.head*o.d:][:o.d]
		if kind == 0 {
			clear(row)
		}
		for e, v := range part[i*o.d : (i+1)*o.d] {
			row[e] += v * s
			bias[e] += v * s
		}
	}
}
