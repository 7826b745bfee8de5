package device

import (
	"cmp"
	"math"
	"slices"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/positions"
)

// relative runs one RelativeAttention on the CPU.
type relative struct {
	*RelativeAttention
	cpu *CPU
}

type relativeJob struct {
	headJob
	seq int
}

func (r *relative) d() int         { return r.Width / r.Heads }
func (r *relative) scale() float32 { return float32(1 / math.Sqrt(float64(r.d()))) }

func (r *relative) plan() {
	eachHead(r.Offsets, r.KeyOff, r.Heads, func(s int, j headJob) {
		r.order = append(r.order, int32(len(r.jobs)))
		r.jobs = append(r.jobs, relativeJob{j, s})
	})
	slices.SortStableFunc(r.order, func(a, b int32) int { return cmp.Compare(r.jobs[b].scores(), r.jobs[a].scores()) })
}

// query writes the job's scaled queries with a bias, [nq, D].
func (r *relative) query(dst []float32, j relativeJob, bias Buffer) {
	d := r.d()
	positions.ScaledSum(dst, r.Q.Floats()[j.q0*r.Q.LD+j.head*d:], j.nq, d, r.Q.LD, bias.Floats()[j.head*d:], r.scale())
}

func (r *relative) segments(j relativeJob) *positions.Segments {
	return &positions.Segments{Queries: r.QueryTypes[j.q0 : j.q0+j.nq], Keys: r.KeyTypes[j.k0 : j.k0+j.nk],
		SeparateCls: r.SeparateCls}
}

func (r *relative) forward() {
	r.plan()
	if x := r.Shifted; x != nil {
		r.product(kernels.Product{M: x.Rows, N: r.Width, K: r.Model, A: x.Encodings.Floats(), LDA: r.Model,
			B: r.Kernel.Floats(), LDB: r.Width, C: r.Table.Floats(), LDC: r.Width})
	}
	probs, y, v, d := r.Probs.Floats(), r.Y.Floats(), r.V.Floats(), r.d()
	r.cpu.pool.For(len(r.order), func(n int) {
		j := r.jobs[r.order[n]]
		s := probs[j.at : j.at+j.scores()]
		r.scores(j, s)
		kernels.SoftmaxSeq(s, j.nq, j.nk, j.nk)
		if r.Drop.P > 0 {
			dropped := r.cpu.arena.get(len(s))
			defer r.cpu.arena.put(dropped)
			r.Drop.Apply(dropped, s, j.at)
			s = dropped
		}
		kernels.GemmSeq(false, false, j.nq, d, j.nk, s, j.nk, v[j.k0*r.V.LD+j.head*d:], r.V.LD, false,
			y[j.q0*r.Width+j.head*d:], r.Width)
	})
}

// product multiplies by the kernel of all heads.
func (r *relative) product(p kernels.Product) {
	multiplier(r.Precision)(r.cpu.pool, p)
}

// scores writes a job's scores before the softmax to s.
func (r *relative) scores(j relativeJob, s []float32) {
	d := r.d()
	buf := r.cpu.arena.get(j.nq*d + j.scores() + 2*j.nq)
	defer r.cpu.arena.put(buf)
	q, positions, segments := buf[:j.nq*d], buf[j.nq*d:j.nq*(d+j.nk)], buf[j.nq*(d+j.nk):]
	r.query(q, j, r.WordBias)
	kernels.GemmSeq(false, true, j.nq, j.nk, d, q, d, r.K.Floats()[j.k0*r.K.LD+j.head*d:], r.K.LD, false, s, j.nk)
	r.query(q, j, r.PositionBias)
	if r.Shifted != nil {
		r.shiftedScores(j, q, positions)
	} else {
		r.factorizedScores(j, q, positions)
	}
	r.query(q, j, r.TypeBias)
	kernels.GemmSeq(false, true, j.nq, 2, d, q, d, r.Types.Floats()[j.head*d:], r.Width, false, segments, 2)
	r.segments(j).Add(s, positions, segments, int(r.KeyReal[j.seq]))
}

func (r *relative) shiftedScores(j relativeJob, q, s []float32) {
	start, n := r.Shifted.Window(j.nq, j.nk)
	distances := r.cpu.arena.get(j.nq * n)
	defer r.cpu.arena.put(distances)
	kernels.GemmSeq(false, true, j.nq, n, r.d(), q, r.d(), r.Table.Floats()[start*r.Width+j.head*r.d():], r.Width,
		false, distances, n)
	positions.ShiftRows(s, distances, j.nq, j.nk, n, r.Shifted.Shift)
}

// keyRows lends the encodings of the job's keys, [nk, Model].
func (r *relative) keyRows(j relativeJob) []float32 {
	rows, key := r.cpu.arena.get(j.nk*r.Model), r.Factorized.Key.Floats()
	for i, p := range r.Factorized.Keys[j.k0 : j.k0+j.nk] {
		copy(rows[i*r.Model:(i+1)*r.Model], key[int(p)*r.Model:])
	}
	return rows
}

func (r *relative) turn(j relativeJob, x []float32, back bool) {
	positions.Turn(x, r.Factorized.Query.Floats(), r.Factorized.At[j.q0:j.q0+j.nq], r.Model, back)
}

func (r *relative) factorizedScores(j relativeJob, q, s []float32) {
	wide := r.cpu.arena.get(j.nq * r.Model)
	defer r.cpu.arena.put(wide)
	kernels.GemmSeq(false, true, j.nq, r.Model, r.d(), q, r.d(), r.Kernel.Floats()[j.head*r.d():], r.Width, false, wide, r.Model)
	r.turn(j, wide, false)
	keys := r.keyRows(j)
	defer r.cpu.arena.put(keys)
	kernels.GemmSeq(false, true, j.nq, j.nk, r.Model, wide, r.Model, keys, r.Model, false, s, j.nk)
}
