package device

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lmkor/bench/kernels"
)

// headJob is one head of one sequence, the unit of parallel work.
type headJob struct {
	head   int
	q0, nq int // first query row and their number
	k0, nk int
	at     int // of its block of scores
}

func (j headJob) scores() int { return j.nq * j.nk }

// eachHead calls f with every head of every sequence, in the order of the scores.
func eachHead(offsets, keyOff []int32, heads int, f func(sequence int, j headJob)) {
	at := 0
	for s := range len(offsets) - 1 {
		q0, q1, k0, k1 := int(offsets[s]), int(offsets[s+1]), int(keyOff[s]), int(keyOff[s+1])
		for h := range heads {
			j := headJob{h, q0, q1 - q0, k0, k1 - k0, at}
			f(s, j)
			at += j.scores()
		}
	}
}

// plan lists the jobs, the longest first: the last to be begun are then short.
func (a *Attention) plan() {
	a.jobs = make([]headJob, 0, (len(a.Offsets)-1)*a.Heads)
	eachHead(a.Offsets, a.KeyOff, a.Heads, func(_ int, j headJob) { a.jobs = append(a.jobs, j) })
	slices.SortStableFunc(a.jobs, func(x, y headJob) int { return cmp.Compare(y.scores(), x.scores()) })
}

// Kept returns how many floats an attention's Probs have: without a gradient none, for
// heads then leave them in the first cache.
func (c *CPU) Kept(call Call) int {
	switch a := call.(type) {
	case *Attention:
		if a.NoGrad {
			return 0
		}
		return a.Scores()
	case *RelativeAttention:
		return a.Scores()
	case *DistanceAttention:
		return a.Scores()
	}
	panic(fmt.Sprintf("device: a %T keeps no probabilities", call))
}

// of returns the job's head.
func (j headJob) of(a *Attention, probs []float32) kernels.Head {
	d := a.Width / a.Heads
	if a.NoGrad { // where Probs are there all the same, heads would write to them side by side
		probs = nil
	} else {
		probs = probs[j.at:][:j.scores()]
	}
	return kernels.Head{Queries: j.nq, Keys: j.nk, Width: d,
		Q: a.Q.Floats()[j.q0*a.Q.LD+j.head*d:], K: a.K.Floats()[j.k0*a.K.LD+j.head*d:], V: a.V.Floats()[j.k0*a.V.LD+j.head*d:],
		LDQ: a.Q.LD, LDK: a.K.LD, LDV: a.V.LD, Scale: a.Scale, Causal: a.Causal, Drop: a.Drop, First: j.at,
		Probs: probs, More: j.head+1 < a.Heads}
}

func (c *CPU) attention(a *Attention) {
	a.plan()
	probs, y := a.Probs.Floats(), a.Y.Floats()
	w, d := a.Width, a.Width/a.Heads
	c.pool.For(len(a.jobs), func(i int) {
		j := a.jobs[i]
		if j.scores() == 0 {
			clearRows(y, j.q0, j.nq, w, j.head*d, d)
			return
		}
		h := j.of(a, probs)
		h.Attend(y[j.q0*w+j.head*d:], w)
	})
}

func (c *CPU) attentionGrad(g *AttentionGrad) {
	a := g.Of
	probs, dy := a.Probs.Floats(), g.DY.Floats()
	dq, dk, dv := g.DQ.Floats(), g.DK.Floats(), g.DV.Floats()
	w, d := a.Width, a.Width/a.Heads
	c.pool.For(len(a.jobs), func(i int) {
		j := a.jobs[i]
		if j.scores() == 0 {
			clearRows(dq, j.q0, j.nq, g.DQ.LD, j.head*d, d)
			clearRows(dk, j.k0, j.nk, g.DK.LD, j.head*d, d)
			clearRows(dv, j.k0, j.nk, g.DV.LD, j.head*d, d)
			return
		}
		h := j.of(a, probs)
		h.Grad(kernels.HeadGrad{DY: dy[j.q0*w+j.head*d:], LDDY: w, DQ: dq[j.q0*g.DQ.LD+j.head*d:], LDDQ: g.DQ.LD,
			DK: dk[j.k0*g.DK.LD+j.head*d:], LDDK: g.DK.LD, DV: dv[j.k0*g.DV.LD+j.head*d:], LDDV: g.DV.LD})
	})
}

// clearRows zeroes width columns of rows rows of x.
func clearRows(x []float32, row, rows, ld, column, width int) {
	for r := row; r < row+rows; r++ {
		clear(x[r*ld+column:][:width])
	}
}

func (c *CPU) cachedAttention(a *CachedAttention) {
	x, y, w := a.QKV.Floats(), a.Y.Floats(), a.Width
	for s, cache := range a.Cache {
		at := int(a.Lens[s]) * 2 * w
		for t := int(a.Offsets[s]); t < int(a.Offsets[s+1]); t++ {
			copy(cache.Floats()[at:at+2*w], x[t*3*w+w:(t+1)*3*w])
			at += 2 * w
		}
	}
	d := w / a.Heads
	c.pool.For(len(a.Cache)*a.Heads, func(i int) {
		s, head := i/a.Heads, i%a.Heads
		q0, nq := int(a.Offsets[s]), int(a.Offsets[s+1]-a.Offsets[s])
		if nq == 0 {
			return
		}
		kv, nk := a.Cache[s].Floats(), int(a.Lens[s])+nq
		scores := c.arena.get(nq * nk)
		defer c.arena.put(scores)
		kernels.GemmSeq(false, true, nq, nk, d, x[q0*3*w+head*d:], 3*w, kv[head*d:], 2*w, false, scores, nk)
		kernels.ScaleSeq(scores, a.Scale)
		kernels.MaskFuture(scores, nq, nk)
		kernels.SoftmaxSeq(scores, nq, nk, nk)
		kernels.GemmSeq(false, false, nq, d, nk, scores, nk, kv[w+head*d:], 2*w, false, y[q0*w+head*d:], w)
	})
}
