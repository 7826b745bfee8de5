package device

import (
	"cmp"
	"slices"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/positions"
)

// distance runs one DistanceAttention on the CPU.
type distance struct {
	*DistanceAttention
	cpu *CPU
}

// distanceJob is one head of one sequence.
type distanceJob struct {
	headJob
	positions.Distances
	width int // rows of the tables that are in use
}

func (a *distance) d() int { return a.Width / a.Heads }

func (a *distance) plan() {
	var of positions.Distances
	last, width := -1, 0
	eachHead(a.Offsets, a.KeyOff, a.Heads, func(s int, j headJob) {
		if s != last {
			of, width = a.distances(s)
			last = s
		}
		a.order = append(a.order, int32(len(a.jobs)))
		a.jobs = append(a.jobs, distanceJob{j, of, width})
	})
	slices.SortStableFunc(a.order, func(x, y int32) int { return cmp.Compare(a.jobs[y].scores(), a.jobs[x].scores()) })
}

// column returns where a head's columns of a table begin.
func (a *distance) column(j *distanceJob, ld int) int {
	if ld == a.d() {
		return 0
	}
	return j.head * a.d()
}

// rows returns the rows of a table that a job uses, its head's columns first.
func (a *distance) rows(j *distanceJob, table Matrix) []float32 {
	return table.Floats()[int(j.First)*table.LD+a.column(j, table.LD):]
}

func (a *distance) query(j *distanceJob) []float32 { return a.Q.Floats()[j.q0*a.Q.LD+j.head*a.d():] }
func (a *distance) key(j *distanceJob) []float32   { return a.K.Floats()[j.k0*a.K.LD+j.head*a.d():] }
func (a *distance) value(j *distanceJob) []float32 { return a.V.Floats()[j.k0*a.V.LD+j.head*a.d():] }

func (a *distance) forward() {
	a.plan()
	probs, y, d := a.Probs.Floats(), a.Y.Floats(), a.d()
	a.cpu.pool.For(len(a.order), func(n int) {
		j := &a.jobs[a.order[n]]
		if j.scores() == 0 {
			clearRows(y, j.q0, j.nq, a.Width, j.head*d, d)
			return
		}
		s := probs[j.at : j.at+j.scores()]
		a.scores(j, s)
		kernels.SoftmaxSeq(s, j.nq, j.nk, j.nk)
		if a.Drop.P > 0 {
			dropped := a.cpu.arena.get(len(s))
			defer a.cpu.arena.put(dropped)
			a.Drop.Apply(dropped, s, j.at)
			s = dropped
		}
		kernels.GemmSeq(false, false, j.nq, d, j.nk, s, j.nk, a.value(j), a.V.LD, false, y[j.q0*a.Width+j.head*d:], a.Width)
	})
}

// scores writes a job's scores before the softmax to s.
func (a *distance) scores(j *distanceJob, s []float32) {
	d := a.d()
	kernels.GemmSeq(false, true, j.nq, j.nk, d, a.query(j), a.Q.LD, a.key(j), a.K.LD, false, s, j.nk)
	kernels.ScaleSeq(s, a.Scale)
	x := a.cpu.arena.get(max(j.nq, j.nk) * j.width)
	defer a.cpu.arena.put(x)
	if !a.ByQuery.None() {
		kernels.GemmSeq(false, true, j.nq, j.width, d, a.query(j), a.Q.LD, a.rows(j, a.ByQuery), a.ByQuery.LD, false, x, j.width)
		j.AddByQuery(s, x, a.DistanceScale, j.nk, j.width)
	}
	if !a.ByKey.None() {
		kernels.GemmSeq(false, true, j.nk, j.width, d, a.key(j), a.K.LD, a.rows(j, a.ByKey), a.ByKey.LD, false, x, j.width)
		j.AddByKey(s, x, a.DistanceScale, j.nk, j.width)
	}
	if a.Causal {
		kernels.MaskFuture(s, j.nq, j.nk)
	}
}

// backward goes over sequences and heads twice: first for the gradients of
// queries, keys and values, one job each, keeping those of the scores; then,
// head by head, over all sequences in order, for the tables.
func (a *distance) backward(g *DistanceGrad) {
	ds := a.cpu.arena.get(a.Probs.Len())
	defer a.cpu.arena.put(ds)
	a.cpu.pool.For(len(a.order), func(n int) {
		j := &a.jobs[a.order[n]]
		if j.scores() == 0 {
			d := a.d()
			clearRows(g.DQ.Floats(), j.q0, j.nq, g.DQ.LD, j.head*d, d)
			clearRows(g.DK.Floats(), j.k0, j.nk, g.DK.LD, j.head*d, d)
			clearRows(g.DV.Floats(), j.k0, j.nk, g.DV.LD, j.head*d, d)
			return
		}
		a.jobGrad(g, j, ds[j.at:j.at+j.scores()])
	})
	if !g.ByQuery.None() {
		a.tableGrad(g.ByQuery.Floats(), a.ByQuery.LD, ds, func(j *distanceJob, dx, ds []float32) ([]float32, int, int) {
			j.AddByQueryGrad(dx[:j.nq*j.width], ds, a.ratio(), j.nk, j.width)
			return a.query(j), j.nq, a.Q.LD
		})
	}
	if !g.ByKey.None() {
		a.tableGrad(g.ByKey.Floats(), a.ByKey.LD, ds, func(j *distanceJob, dx, ds []float32) ([]float32, int, int) {
			j.AddByKeyGrad(dx[:j.nk*j.width], ds, a.ratio(), j.nk, j.width)
			return a.key(j), j.nk, a.K.LD
		})
	}
}

// ratio is the scale of distance scores to that of content scores, which the
// scores' gradient has.
func (a *distance) ratio() float32 { return a.DistanceScale / a.Scale }

// jobGrad writes the job's part of the queries', keys' and values' gradients and
// keeps in ds the gradient of its scores, times the scale of the content's.
func (a *distance) jobGrad(g *DistanceGrad, j *distanceJob, ds []float32) {
	d, w := a.d(), a.Width
	pr := a.Probs.Floats()[j.at : j.at+len(ds)]
	dropped := pr
	if a.Drop.P > 0 {
		dropped = a.cpu.arena.get(len(ds))
		defer a.cpu.arena.put(dropped)
		a.Drop.Apply(dropped, pr, j.at)
	}
	dq, dk := g.DQ.Floats()[j.q0*g.DQ.LD+j.head*d:], g.DK.Floats()[j.k0*g.DK.LD+j.head*d:]
	dyh := g.DY.Floats()[j.q0*w+j.head*d:]
	kernels.GemmSeq(true, false, j.nk, d, j.nq, dropped, j.nk, dyh, w, false, g.DV.Floats()[j.k0*g.DV.LD+j.head*d:], g.DV.LD)
	kernels.GemmSeq(false, true, j.nq, j.nk, d, dyh, w, a.value(j), a.V.LD, false, ds, j.nk)
	if a.Drop.P > 0 {
		a.Drop.Apply(ds, ds, j.at)
	}
	kernels.SoftmaxGradSeq(ds, pr, j.nq, j.nk, j.nk)
	kernels.ScaleSeq(ds, a.Scale)
	kernels.GemmSeq(false, false, j.nq, d, j.nk, ds, j.nk, a.key(j), a.K.LD, false, dq, g.DQ.LD)
	kernels.GemmSeq(true, false, j.nk, d, j.nq, ds, j.nk, a.query(j), a.Q.LD, false, dk, g.DK.LD)
	dx := a.cpu.arena.get(max(j.nq, j.nk) * j.width)
	defer a.cpu.arena.put(dx)
	if t := a.ByQuery; !t.None() {
		j.AddByQueryGrad(dx[:j.nq*j.width], ds, a.ratio(), j.nk, j.width)
		kernels.GemmSeq(false, false, j.nq, d, j.width, dx, j.width, a.rows(j, t), t.LD, true, dq, g.DQ.LD)
	}
	if t := a.ByKey; !t.None() {
		j.AddByKeyGrad(dx[:j.nk*j.width], ds, a.ratio(), j.nk, j.width)
		kernels.GemmSeq(false, false, j.nk, d, j.width, dx, j.width, a.rows(j, t), t.LD, true, dk, g.DK.LD)
	}
}

// tableGrad writes the gradient of a table, whose products' gradients products
// writes. Where heads have the table in common, each has a gradient of its own
// first, and these are added in their order.
func (a *distance) tableGrad(grad []float32, ld int, ds []float32, products func(j *distanceJob, dx,
	ds []float32) (x []float32, rows, ldx int)) {
	d := a.d()
	common := ld == d
	each := grad
	if common {
		each = a.cpu.arena.get(a.Heads * len(grad))
		defer a.cpu.arena.put(each)
	}
	clear(each)
	a.cpu.pool.For(a.Heads, func(head int) {
		for n := head; n < len(a.jobs); n += a.Heads {
			j := &a.jobs[n]
			if j.scores() == 0 {
				continue
			}
			dx := a.cpu.arena.get(max(j.nq, j.nk) * j.width)
			x, rows, ldx := products(j, dx, ds[j.at:j.at+j.scores()])
			to := int(j.First)*ld + a.column(j, ld)
			if common {
				to += head * len(grad)
			}
			kernels.GemmSeq(true, false, j.width, d, rows, dx, j.width, x, ldx, true, each[to:], ld)
			a.cpu.arena.put(dx)
		}
	})
	if common {
		copy(grad, each[:len(grad)])
		for head := 1; head < a.Heads; head++ {
			kernels.Add(a.cpu.pool, grad, each[head*len(grad):(head+1)*len(grad)])
		}
	}
}
