package ops

import (
	"fmt"

	"github.com/lmkor/bench/kernels"
)

// Factorized are positions that queries and keys have each for themselves: the
// score is that of the distance, taken apart by the addition theorems
// ("factorized"). Each head reads the whole encoding, so it costs M/D times as
// much as Shifted; without dropout both give the same up to rounding.
type Factorized struct {
	width    int
	query    *Tensor // sin | cos of each position, with dropout
	key      *Tensor // cos | sin
	at, keys []int32 // position of each query row and key row
}

// Factorized returns the positions of the given query and key rows, all from 0.
func (e *Encoder) Factorized(queries, keys []int32) *Factorized {
	n := 0
	for _, rows := range [][]int32{queries, keys} {
		for _, p := range rows {
			n = max(n, int(p)+1)
		}
	}
	w, half := e.s.width, e.s.width/2
	x := &Factorized{width: w, query: e.p.constant(n, w), key: e.p.constant(n, w), at: queries, keys: keys}
	sin, cos := e.s.rows(n)
	for p := range n {
		q, k := x.query.data[p*w:(p+1)*w], x.key.data[p*w:(p+1)*w]
		copy(q, sin[p*half:(p+1)*half])
		copy(q[half:], cos[p*half:(p+1)*half])
		copy(k, q[half:])
		copy(k[half:], q[:half])
		e.dropped(q, p)
	}
	return x
}

// Tensors are what the pass must keep while the positions are used.
func (x *Factorized) Tensors() [2]*Tensor { return [2]*Tensor{x.query, x.key} }

func (x *Factorized) prepare(o *relative) {
	if x.width != o.model || len(x.at) != Of(o.q).rows || len(x.keys) != Of(o.kv).rows {
		panic(fmt.Sprintf("ops: positions of width %d, %d queries and %d keys for %d, %d and %d",
			x.width, len(x.at), len(x.keys), o.model, Of(o.q).rows, Of(o.kv).rows))
	}
}

// keyRows copies the encodings of the job's keys, [nk, M].
func (x *Factorized) keyRows(o *relative, j relativeJob) []float32 {
	rows := o.p.Mem.Get(j.nk * x.width)
	for i := range j.nk {
		p := int(x.keys[j.k0+i])
		copy(rows[i*x.width:], x.key.data[p*x.width:(p+1)*x.width])
	}
	return rows
}

// turn multiplies each query row (a | b) by its position's sines s and cosines
// c: (a·s + b·c | b·s - a·c); back: the transpose of that.
func (x *Factorized) turn(j relativeJob, rows []float32, back bool) {
	half := x.width / 2
	for i := range j.nq {
		p := int(x.at[j.q0+i])
		s, c := x.query.data[p*x.width:p*x.width+half], x.query.data[p*x.width+half:(p+1)*x.width]
		a, b := rows[i*x.width:i*x.width+half], rows[i*x.width+half:(i+1)*x.width]
		for e, u := range a {
			v := b[e]
			if back {
				a[e], b[e] = u*s[e]-v*c[e], u*c[e]+v*s[e]
			} else {
				a[e], b[e] = u*s[e]+v*c[e], v*s[e]-u*c[e]
			}
		}
	}
}

func (x *Factorized) scores(o *relative, j relativeJob, q, s []float32) {
	wide := o.p.Mem.Get(j.nq * x.width)
	defer o.p.Mem.Put(wide)
	kernels.GemmSeq(false, true, j.nq, x.width, o.d, q, o.d, Of(o.w.Kernel).data[j.head*o.d:], o.h, false, wide, x.width)
	x.turn(j, wide, false)
	keys := x.keyRows(o, j)
	defer o.p.Mem.Put(keys)
	kernels.GemmSeq(false, true, j.nq, j.nk, x.width, wide, x.width, keys, x.width, false, s, j.nk)
}

// wideGrad returns the gradient of the queries through the kernel, [nq, M].
func (x *Factorized) wideGrad(o *relative, j relativeJob, ds []float32) []float32 {
	keys := x.keyRows(o, j)
	defer o.p.Mem.Put(keys)
	wide := o.p.Mem.Get(j.nq * x.width)
	kernels.GemmSeq(false, false, j.nq, x.width, j.nk, ds, j.nk, keys, x.width, false, wide, x.width)
	x.turn(j, wide, true)
	return wide
}

func (x *Factorized) grad(o *relative, j relativeJob, ds, dq []float32) {
	wide := x.wideGrad(o, j, ds)
	defer o.p.Mem.Put(wide)
	kernels.GemmSeq(false, false, j.nq, o.d, x.width, wide, x.width, Of(o.w.Kernel).data[j.head*o.d:], o.h, false, dq, o.d)
}

func (x *Factorized) kernelGrad(o *relative, ds, dw []float32, acc bool) {
	if !acc {
		clear(dw)
	}
	kernels.Parallel(o.spec.Heads, func(head int) {
		for i := head; i < len(o.jobs); i += o.spec.Heads {
			j := o.jobs[i]
			wide := x.wideGrad(o, j, ds[j.at:j.at+j.nq*j.nk])
			q := o.p.Mem.Get(j.nq * o.d)
			o.query(q, j, o.w.PositionBias)
			kernels.GemmSeq(true, false, x.width, o.d, j.nq, wide, x.width, q, o.d, true, dw[head*o.d:], o.h)
			o.p.Mem.Put(q)
			o.p.Mem.Put(wide)
		}
	})
}
