package device

import (
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/positions"
)

// backward goes over sequences and heads twice: first for the gradients of
// queries, keys and values, one job each, keeping those of the scores; then,
// head by head, over all sequences in order, for what they have in common.
func (r *relative) backward(g *RelativeGrad) {
	arena := &r.cpu.arena
	b, w := len(r.Offsets)-1, r.Width
	ds := arena.get(r.Probs.Len())
	defer arena.put(ds)
	// A row a sequence: gradients of the three biases and of the two segments.
	sums := arena.zeros(b * 5 * w)
	defer arena.put(sums)
	r.cpu.pool.For(len(r.order), func(n int) {
		j := r.jobs[r.order[n]]
		r.jobGrad(g, j, ds[j.at:j.at+j.scores()], sums[j.seq*5*w:(j.seq+1)*5*w])
	})
	for i, p := range []ParamGrad{g.WordBias, g.PositionBias, g.TypeBias, g.Types} {
		if dw := p.Floats(); dw != nil {
			if !p.Acc {
				clear(dw)
			}
			kernels.BiasGrad(r.cpu.pool, dw, sums[i*w:], b, len(dw), 5*w)
		}
	}
	switch dw := g.Kernel.Floats(); {
	case dw == nil:
	case r.Shifted != nil:
		r.shiftedKernelGrad(ds, dw, g.Kernel.Acc)
	default:
		r.factorizedKernelGrad(ds, dw, g.Kernel.Acc)
	}
}

// jobGrad writes the job's part of the queries', keys' and values' gradients,
// keeps in ds that of the scores as positions and segments see it, and adds the
// rest to sums.
func (r *relative) jobGrad(g *RelativeGrad, j relativeJob, ds, sums []float32) {
	d, w := r.d(), r.Width
	n, qd := j.scores(), j.nq*d
	buf := r.cpu.arena.get(n + 2*qd + 2*j.nq)
	defer r.cpu.arena.put(buf)
	full, qb, part, seg := buf[:n], buf[n:n+qd], buf[n+qd:n+2*qd], buf[n+2*qd:]
	probs := r.Probs.Floats()[j.at : j.at+n]
	dyh := g.DY.Floats()[j.q0*w+j.head*d:]
	dk := g.DK.Floats()[j.k0*g.DK.LD+j.head*d:]

	r.Drop.Apply(full, probs, j.at)
	kernels.GemmSeq(true, false, j.nk, d, j.nq, full, j.nk, dyh, w, false, g.DV.Floats()[j.k0*g.DV.LD+j.head*d:], g.DV.LD)
	kernels.GemmSeq(false, true, j.nq, j.nk, d, dyh, w, r.V.Floats()[j.k0*r.V.LD+j.head*d:], r.V.LD, false, full, j.nk)
	r.Drop.Apply(full, full, j.at)
	kernels.SoftmaxGradSeq(full, probs, j.nq, j.nk, j.nk)
	r.segments(j).Grad(ds, seg, full)

	r.query(qb, j, r.WordBias)
	kernels.GemmSeq(true, false, j.nk, d, j.nq, full, j.nk, qb, d, false, dk, g.DK.LD)
	kernels.GemmSeq(false, false, j.nq, d, j.nk, full, j.nk, r.K.Floats()[j.k0*r.K.LD+j.head*d:], r.K.LD, false, part, d)
	r.addQuery(g, j, part, sums, 0)
	if r.Shifted != nil {
		r.shiftedGrad(j, ds, part)
	} else {
		r.factorizedGrad(j, ds, part)
	}
	r.addQuery(g, j, part, sums, 1)
	r.query(qb, j, r.TypeBias)
	kernels.GemmSeq(true, false, 2, d, j.nq, seg, 2, qb, d, false, sums[3*w+j.head*d:], w)
	kernels.GemmSeq(false, false, j.nq, d, 2, seg, 2, r.Types.Floats()[j.head*d:], w, false, part, d)
	r.addQuery(g, j, part, sums, 2)
}

// addQuery adds to DQ the gradient of the biased queries of one kind of score,
// and to sums that of the bias; the first kind begins the sum.
func (r *relative) addQuery(g *RelativeGrad, j relativeJob, part, sums []float32, kind int) {
	d := r.d()
	positions.ScaledSumGrad(g.DQ.Floats()[j.q0*g.DQ.LD+j.head*d:], sums[kind*r.Width+j.head*d:][:d], part, j.nq, d,
		g.DQ.LD, r.scale(), kind == 0)
}

// distances lends the gradient of every distance of the job, [nq, n].
func (r *relative) distances(j relativeJob, ds []float32, n int) []float32 {
	all := r.cpu.arena.get(j.nq * n)
	positions.ShiftRowsGrad(all, ds, j.nq, j.nk, n, r.Shifted.Shift)
	return all
}

// shiftedGrad writes to dq the gradient of the queries from that of the scores.
func (r *relative) shiftedGrad(j relativeJob, ds, dq []float32) {
	start, n := r.Shifted.Window(j.nq, j.nk)
	all := r.distances(j, ds, n)
	defer r.cpu.arena.put(all)
	kernels.GemmSeq(false, false, j.nq, r.d(), n, all, n, r.Table.Floats()[start*r.Width+j.head*r.d():], r.Width,
		false, dq, r.d())
}

// shiftedKernelGrad adds up the table's gradient head by head, and takes it
// through the encodings.
func (r *relative) shiftedKernelGrad(ds, dw []float32, acc bool) {
	x, d, w, arena := r.Shifted, r.d(), r.Width, &r.cpu.arena
	dt := arena.zeros(x.Rows * w)
	defer arena.put(dt)
	r.eachOfHead(func(j relativeJob) {
		start, n := x.Window(j.nq, j.nk)
		all := r.distances(j, ds[j.at:j.at+j.scores()], n)
		q := arena.get(j.nq * d)
		r.query(q, j, r.PositionBias)
		kernels.GemmSeq(true, false, n, d, j.nq, all, n, q, d, true, dt[start*w+j.head*d:], w)
		arena.put(q)
		arena.put(all)
	})
	r.product(kernels.Product{TA: true, M: r.Model, N: w, K: x.Rows, A: x.Encodings.Floats(), LDA: r.Model, B: dt,
		LDB: w, Acc: acc, C: dw, LDC: w})
}

// eachOfHead calls f with the jobs of each head in order of the sequences, heads
// side by side.
func (r *relative) eachOfHead(f func(j relativeJob)) {
	r.cpu.pool.For(r.Heads, func(head int) {
		for i := head; i < len(r.jobs); i += r.Heads {
			f(r.jobs[i])
		}
	})
}

// wideGrad lends the gradient of the queries through the kernel, [nq, Model].
func (r *relative) wideGrad(j relativeJob, ds []float32) []float32 {
	keys := r.keyRows(j)
	defer r.cpu.arena.put(keys)
	wide := r.cpu.arena.get(j.nq * r.Model)
	kernels.GemmSeq(false, false, j.nq, r.Model, j.nk, ds, j.nk, keys, r.Model, false, wide, r.Model)
	r.turn(j, wide, true)
	return wide
}

func (r *relative) factorizedGrad(j relativeJob, ds, dq []float32) {
	wide := r.wideGrad(j, ds)
	defer r.cpu.arena.put(wide)
	kernels.GemmSeq(false, false, j.nq, r.d(), r.Model, wide, r.Model, r.Kernel.Floats()[j.head*r.d():], r.Width,
		false, dq, r.d())
}

func (r *relative) factorizedKernelGrad(ds, dw []float32, acc bool) {
	if !acc {
		clear(dw)
	}
	arena := &r.cpu.arena
	r.eachOfHead(func(j relativeJob) {
		wide := r.wideGrad(j, ds[j.at:j.at+j.scores()])
		q := arena.get(j.nq * r.d())
		r.query(q, j, r.PositionBias)
		kernels.GemmSeq(true, false, r.Model, r.d(), j.nq, wide, r.Model, q, r.d(), true, dw[j.head*r.d():], r.Width)
		arena.put(q)
		arena.put(wide)
	})
}
