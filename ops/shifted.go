package ops

import (
	"fmt"

	"github.com/lmkor/bench/kernels"
)

// Shifted are positions of which only the distance counts: query i and key j
// are First + Stride·(Shift·i - j) apart ("relative_shift").
type Shifted struct {
	shift, queries, keys int // the most of a sequence
	table                *Tensor
}

// Shifted returns the positions of sequences of up to the given numbers of
// queries and keys. Shift is 1, or 2 where queries are pooled and keys are not.
func (e *Encoder) Shifted(first, stride, shift, queries, keys int) *Shifted {
	x := &Shifted{shift: shift, queries: queries, keys: keys}
	x.table = e.p.constant(shift*(queries-1)+keys, e.s.width)
	top := shift * (queries - 1)
	near, far := first+stride*top, first-stride*(keys-1)
	sin, cos := e.s.rows(max(near, -near, far, -far) + 1)
	half := e.s.width / 2
	for r := range x.table.rows {
		d := first + stride*(top-r)
		row := x.table.data[r*e.s.width : (r+1)*e.s.width]
		at := max(d, -d) * half
		copy(row, sin[at:at+half])
		copy(row[half:], cos[at:at+half])
		if d < 0 {
			for i, v := range row[:half] {
				row[i] = -v
			}
		}
		e.dropped(row, d)
	}
	return x
}

// Tensor is what the pass must keep while the positions are used.
func (x *Shifted) Tensor() *Tensor { return x.table }

func (x *Shifted) prepare(o *relative) {
	t := x.table
	if t.cols != o.model {
		panic(fmt.Sprintf("ops: positions of width %d for a kernel of %d", t.cols, o.model))
	}
	o.table = o.keep(t.rows * o.h)
	o.p.gemms(kernels.Product{M: t.rows, N: o.h, K: t.cols, A: t.data, LDA: t.cols, B: Of(o.w.Kernel).data, LDB: o.h, C: o.table, LDC: o.h})
}

// window returns where the job's distances begin in the table and their number:
// entry c of query i is that of key j where c = shift·(nq-1-i) + j.
func (x *Shifted) window(j relativeJob) (start, n int) {
	if j.nq > x.queries || j.nk > x.keys {
		panic(fmt.Sprintf("ops: %d queries and %d keys with positions for %d and %d", j.nq, j.nk, x.queries, x.keys))
	}
	return x.shift * (x.queries - j.nq), x.shift*(j.nq-1) + j.nk
}

func (x *Shifted) scores(o *relative, j relativeJob, q, s []float32) {
	start, n := x.window(j)
	all := o.p.Mem.Get(j.nq * n)
	defer o.p.Mem.Put(all)
	kernels.GemmSeq(false, true, j.nq, n, o.d, q, o.d, o.table[start*o.h+j.head*o.d:], o.h, false, all, n)
	for i := range j.nq {
		copy(s[i*j.nk:(i+1)*j.nk], all[i*n+x.shift*(j.nq-1-i):])
	}
}

// spread is the way back of the shift: the gradient of every distance, [nq, n].
func (x *Shifted) spread(o *relative, j relativeJob, ds []float32, n int) []float32 {
	all := o.p.Mem.GetZero(j.nq * n)
	for i := range j.nq {
		copy(all[i*n+x.shift*(j.nq-1-i):], ds[i*j.nk:(i+1)*j.nk])
	}
	return all
}

func (x *Shifted) grad(o *relative, j relativeJob, ds, dq []float32) {
	start, n := x.window(j)
	all := x.spread(o, j, ds, n)
	defer o.p.Mem.Put(all)
	kernels.GemmSeq(false, false, j.nq, o.d, n, all, n, o.table[start*o.h+j.head*o.d:], o.h, false, dq, o.d)
}

func (x *Shifted) kernelGrad(o *relative, ds, dw []float32, acc bool) {
	t := x.table
	dt := o.p.Mem.GetZero(t.rows * o.h)
	defer o.p.Mem.Put(dt)
	kernels.Parallel(o.spec.Heads, func(head int) {
		for i := head; i < len(o.jobs); i += o.spec.Heads {
			j := o.jobs[i]
			start, n := x.window(j)
			all := x.spread(o, j, ds[j.at:j.at+j.nq*j.nk], n)
			q := o.p.Mem.Get(j.nq * o.d)
			o.query(q, j, o.w.PositionBias)
			kernels.GemmSeq(true, false, n, o.d, j.nq, all, n, q, o.d, true, dt[start*o.h+head*o.d:], o.h)
			o.p.Mem.Put(q)
			o.p.Mem.Put(all)
		}
	})
	o.p.gemms(kernels.Product{TA: true, M: t.cols, N: o.h, K: t.rows, A: t.data, LDA: t.cols, B: dt, LDB: o.h, Acc: acc, C: dw, LDC: o.h})
}
