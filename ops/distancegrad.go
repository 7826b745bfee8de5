package ops

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/kernels"
)

// Backward goes over sequences and heads twice: first for the gradients of
// queries, keys and values, one job each, keeping those of the scores; then,
// head by head, over all sequences in order, for the tables.
func (o *distance) Backward(gy mat.Tensor) error {
	q, k := Of(o.q), Of(o.kv)
	dq := o.p.alloc(q.rows, q.cols)
	dk := dq
	if o.kv != o.q {
		dk = o.p.alloc(k.rows, k.cols)
	}
	ds := o.p.Mem.Get(len(o.probs))
	kernels.Parallel(len(o.order), func(n int) {
		j := &o.jobs[o.order[n]]
		if j.nq == 0 || j.nk == 0 {
			clear(dq.data[j.q0*q.cols : (j.q0+j.nq)*q.cols])
			clear(dk.data[j.k0*k.cols : (j.k0+j.nk)*k.cols])
			return
		}
		o.jobGrad(j, Of(gy).data, dq, dk, ds[j.at:j.at+j.nq*j.nk])
	})
	var byQuery, byKey *Tensor
	if t := o.by.ByQuery; t != nil && t.RequiresGrad() {
		byQuery = o.tableGrad(t, ds, o.queryRows)
	}
	if t := o.by.ByKey; t != nil && t.RequiresGrad() {
		byKey = o.tableGrad(t, ds, o.keyRows)
	}
	o.p.Mem.Put(ds)
	o.finish()
	if dk != dq {
		o.kv.AccGrad(dk)
	}
	o.q.AccGrad(dq)
	o.giveTable(o.by.ByQuery, byQuery)
	o.giveTable(o.by.ByKey, byKey)
	return nil
}

// giveTable hands a table its gradient; a parameter copies it.
func (o *distance) giveTable(table mat.Tensor, grad *Tensor) {
	if grad == nil {
		return
	}
	table.AccGrad(grad)
	if Of(table).param != nil {
		o.p.Mem.Put(grad.data)
	}
}

// jobGrad writes the job's part of dq and dk and keeps in ds the gradient of its
// scores, times the scale of the content's.
func (o *distance) jobGrad(j *distanceJob, dy []float32, dq, dk *Tensor, ds []float32) {
	qt, kt := Of(o.q), Of(o.kv)
	pr := o.probs[j.at : j.at+len(ds)]
	dropped := pr
	if o.drop.P > 0 {
		dropped = o.p.Mem.Get(len(ds))
		defer o.p.Mem.Put(dropped)
		o.drop.Apply(dropped, pr, j.at)
	}
	q, k, v := j.blocks(o)
	dyh := dy[j.q0*o.h+j.head*o.d:]
	kernels.GemmSeq(true, false, j.nk, o.d, j.nq, dropped, j.nk, dyh, o.h, false, dk.data[v:], kt.cols)
	kernels.GemmSeq(false, true, j.nq, j.nk, o.d, dyh, o.h, kt.data[v:], kt.cols, false, ds, j.nk)
	if o.drop.P > 0 {
		o.drop.Apply(ds, ds, j.at)
	}
	content, _ := o.scale()
	kernels.SoftmaxGradSeq(ds, pr, j.nq, j.nk, j.nk)
	kernels.ScaleSeq(ds, content)
	kernels.GemmSeq(false, false, j.nq, o.d, j.nk, ds, j.nk, kt.data[k:], kt.cols, false, dq.data[q:], qt.cols)
	kernels.GemmSeq(true, false, j.nk, o.d, j.nq, ds, j.nk, qt.data[q:], qt.cols, false, dk.data[k:], kt.cols)
	dx := o.p.Mem.Get(max(j.nq, j.nk) * j.width)
	defer o.p.Mem.Put(dx)
	if t := o.by.ByQuery; t != nil {
		rows, ld := j.rows(o, t)
		o.queryRows(j, dx, ds)
		kernels.GemmSeq(false, false, j.nq, o.d, j.width, dx, j.width, rows, ld, true, dq.data[q:], qt.cols)
	}
	if t := o.by.ByKey; t != nil {
		rows, ld := j.rows(o, t)
		o.keyRows(j, dx, ds)
		kernels.GemmSeq(false, false, j.nk, o.d, j.width, dx, j.width, rows, ld, true, dk.data[k:], kt.cols)
	}
}

// ratio is the scale of distance scores to that of content scores, which ds has.
func (o *distance) ratio() float32 {
	content, distance := o.scale()
	return distance / content
}

// queryRows writes to dx, [queries, width], the gradient of the products of
// queries and table rows, and returns where the queries begin, their number and
// their stride.
func (o *distance) queryRows(j *distanceJob, dx, ds []float32) (x []float32, n, ld int) {
	q, _, _ := j.blocks(o)
	j.AddByQueryGrad(dx[:j.nq*j.width], ds, o.ratio(), j.nk, j.width)
	return Of(o.q).data[q:], j.nq, Of(o.q).cols
}

// keyRows is queryRows of the keys.
func (o *distance) keyRows(j *distanceJob, dx, ds []float32) (x []float32, n, ld int) {
	_, k, _ := j.blocks(o)
	j.AddByKeyGrad(dx[:j.nk*j.width], ds, o.ratio(), j.nk, j.width)
	return Of(o.kv).data[k:], j.nk, Of(o.kv).cols
}

// tableGrad returns the gradient of a table, whose products' gradients products
// writes. Where heads share the table, each has a gradient of its own first, and
// these are added in their order.
func (o *distance) tableGrad(table mat.Tensor, ds []float32, products func(j *distanceJob, dx, ds []float32) ([]float32, int, int)) *Tensor {
	t := Of(table)
	grad := o.p.alloc(t.rows, t.cols)
	shared := t.cols == o.d
	each := grad.data
	if shared {
		each = o.p.Mem.Get(o.spec.Heads * len(grad.data))
		defer o.p.Mem.Put(each)
	}
	clear(each)
	kernels.Parallel(o.spec.Heads, func(head int) {
		for n := head; n < len(o.jobs); n += o.spec.Heads {
			j := &o.jobs[n]
			if j.nq == 0 || j.nk == 0 {
				continue
			}
			dx := o.p.Mem.Get(max(j.nq, j.nk) * j.width)
			x, rows, ld := products(j, dx, ds[j.at:j.at+j.nq*j.nk])
			to := int(j.First)*t.cols + j.column(o, t.cols)
			if shared {
				to += head * len(grad.data)
			}
			kernels.GemmSeq(true, false, j.width, o.d, rows, dx, j.width, x, ld, true, each[to:], t.cols)
			o.p.Mem.Put(dx)
		}
	})
	if shared {
		copy(grad.data, each[:len(grad.data)])
		for head := 1; head < o.spec.Heads; head++ {
			kernels.Add(grad.data, each[head*len(grad.data):(head+1)*len(grad.data)])
		}
	}
	return grad
}
