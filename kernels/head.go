package kernels

import "math"

// Head is one head of attention over one sequence. Q has Queries rows, K and V
// have Keys, each Width wide and LDQ, LDK and LDV apart.
type Head struct {
	Queries, Keys, Width int
	Q, K, V              []float32
	LDQ, LDK, LDV        int
	Scale                float32
	Causal               bool // the queries are the last of the keys' positions, and see none behind their own
	Drop                 Dropper
	First                int       // what dropout counts the first probability as
	Probs                []float32 // [Queries, Keys], what Grad needs: the softmax, of any sign; nil: no Grad will come
	More                 bool      // the next head's columns lie beside these, and it comes next
}

// How many scores are in work at once. Forward they stay in the first cache,
// backward, where sums go over the queries, in the second.
const (
	scoresForward  = 4096
	scoresBackward = 16384
)

// scoreFloats is the room of a row of scores: whole registers, and whole panels.
func (t *tile) scoreFloats(keys int) int {
	return (max(t.padded(keys), keys+mostLanes-1) + mostLanes - 1) / mostLanes * mostLanes
}

// scoreStride is how far rows of scores are apart: an odd number of cache lines.
// Backward walks down columns of scores, which then lie in all sets of a cache. Eight
// lines apart, as 96 keys once had them, 96 rows share eight sets of eight ways.
func (t *tile) scoreStride(keys int) int {
	ld := t.scoreFloats(keys)
	if ld/mostLanes%2 == 0 {
		ld += mostLanes
	}
	return ld
}

// queriesBackward is how many queries' scores are in work at once backward. It decides
// the order of the sums, so that it stays as it is whatever their stride.
func (t *tile) queriesBackward(queries, keys int) int {
	most := max(1, min(t.mostK, scoresBackward/(t.scoreFloats(keys)+mostLanes)))
	blocks := (queries + most - 1) / most
	return (queries + blocks - 1) / blocks
}

// Attend writes softmax(Scale·Q·Kᵀ) to Probs and Drop of them, times V, to y, with
// row stride ldy, on the calling goroutine: some queries after the others, whose
// scores don't leave the first cache in between. It takes 4·Queries·Keys·Width
// operations. There are at least one query and one key.
func (h *Head) Attend(y []float32, ldy int) {
	t := &chosen.tile
	ld := t.scoreStride(h.Keys)
	tiles := (h.Queries + t.mr - 1) / t.mr
	blocks := min(tiles, (h.Queries*ld+scoresForward-1)/scoresForward)
	most := (tiles + blocks - 1) / blocks * t.mr
	nk, nv := t.operandFloats(h.Width, h.Keys), t.operandFloats(h.Keys, h.Width)
	r := rooms.Get().(*room)
	defer rooms.Put(r)
	buf := r.of(nk + nv + most*ld + t.mr*t.nr)
	k := operand{t: t, k: h.Width, n: h.Keys, x: buf[:nk]}
	v := operand{t: t, k: h.Keys, n: h.Width, x: buf[nk : nk+nv]}
	scores, edge := buf[nk+nv:][:most*ld], buf[nk+nv+most*ld:]
	k.packColumns(h.K, h.LDK)
	v.rows(h.V, h.LDV)
	with := spareLanes.Get().(*lanes)
	defer spareLanes.Put(with)
	for b := range blocks {
		q0 := b * tiles / blocks * h.Queries / tiles
		n := (b+1)*tiles/blocks*h.Queries/tiles - q0
		h.prefetch(t, h.Q, h.LDQ, h.Queries, b, blocks)
		k.multiply(n, h.Q[q0*h.LDQ:], h.LDQ, false, scores, ld, false, true, edge)
		if h.Causal {
			h.maskFuture(scores, ld, q0, n)
		}
		h.prefetch(t, h.K, h.LDK, h.Keys, b, blocks)
		h.softmax(scores, ld, q0, n, with)
		h.prefetch(t, h.V, h.LDV, h.Keys, b, blocks)
		v.multiply(n, scores, ld, false, y[q0*ldy:], ldy, false, false, edge)
	}
}

// HeadGrad are the gradients of a head's operands, as they lie, and that of its
// result.
type HeadGrad struct {
	DQ, DK, DV, DY         []float32
	LDDQ, LDDK, LDDV, LDDY int
}

// Grad writes the gradients of Q, K and V, on the calling goroutine, from the Probs
// that Attend left. It takes 8·Queries·Keys·Width operations.
func (h *Head) Grad(g HeadGrad) {
	t := &chosen.tile
	ld := t.scoreStride(h.Keys)
	most := t.queriesBackward(h.Queries, h.Keys)
	blocks := (h.Queries + most - 1) / most
	sizes := []int{t.operandFloats(h.Width, h.Keys), t.operandFloats(h.Keys, h.Width), t.operandFloats(most, h.Width),
		t.operandFloats(most, h.Width), most * ld, most * ld, t.mr * t.nr}
	total := 0
	for _, n := range sizes {
		total += n
	}
	r := rooms.Get().(*room)
	defer rooms.Put(r)
	buf := r.of(total)
	var part [7][]float32
	for i, n := range sizes {
		part[i], buf = buf[:n:n], buf[n:]
	}
	ds, dropped, edge := part[4], part[5], part[6]
	v := operand{t: t, k: h.Width, n: h.Keys, x: part[0]}
	k := operand{t: t, k: h.Keys, n: h.Width, x: part[1]}
	v.packColumns(h.V, h.LDV)
	k.rows(h.K, h.LDK)
	with := spareLanes.Get().(*lanes)
	defer spareLanes.Put(with)
	for b := range blocks {
		q0 := b * h.Queries / blocks
		n := (b+1)*h.Queries/blocks - q0
		dy := operand{t: t, k: n, n: h.Width, x: part[2]}
		q := operand{t: t, k: n, n: h.Width, x: part[3]}
		dy.rows(g.DY[q0*g.LDDY:], g.LDDY)
		q.rows(h.Q[q0*h.LDQ:], h.LDQ)
		h.prefetch(t, h.V, h.LDV, h.Keys, b, blocks)
		v.multiply(n, g.DY[q0*g.LDDY:], g.LDDY, false, ds, ld, false, true, edge)
		h.prefetch(t, h.K, h.LDK, h.Keys, b, blocks)
		h.grad(ds, dropped, ld, q0, n, with)
		h.prefetch(t, h.Q, h.LDQ, h.Queries, b, blocks)
		k.multiply(n, ds, ld, false, g.DQ[q0*g.LDDQ:], g.LDDQ, false, false, edge)
		h.prefetch(t, g.DY, g.LDDY, h.Queries, b, blocks)
		dy.multiply(h.Keys, dropped, ld, true, g.DV, g.LDDV, b > 0, false, edge)
		q.multiply(h.Keys, ds, ld, true, g.DK, g.LDDK, b > 0, false, edge)
	}
}

// prefetch asks for the b-th of blocks shares of the next head's part of x, which
// comes from the last cache, or from memory, while this one's is worked at.
func (h *Head) prefetch(t *tile, x []float32, ld, rows, b, blocks int) {
	if !h.More || t.prefetch == nil {
		return
	}
	from, to := b*rows/blocks, (b+1)*rows/blocks
	if from < to {
		t.prefetch(&x[from*ld+h.Width], ld, to-from, 4*h.Width)
	}
}

// maskFuture sets the scores of n queries from q0 on for keys behind them to -Inf.
func (h *Head) maskFuture(scores []float32, ld, q0, n int) {
	for r := range n {
		row := scores[r*ld:][:h.Keys]
		for c := q0 + r + h.Keys - h.Queries + 1; c < h.Keys; c++ {
			row[c] = float32(math.Inf(-1))
		}
	}
}

// softmax scales the scores of n queries from q0 on, replaces each row by its softmax,
// which it writes to Probs, and that by what dropout leaves.
func (h *Head) softmax(scores []float32, ld, q0, n int, with *lanes) {
	l := chosen.loops
	fast := l != nil && l.scores != nil
	if fast && h.Drop.P > 0 && h.Probs != nil {
		h.Drop.parameters(with, h.First+q0*h.Keys, l.lanes)
		with[7], with[8] = h.Scale, float32(math.Inf(-1))
		l.scores.softmaxDrop(&scores[0], &h.Probs[q0*h.Keys], ld, n, h.Keys, &with[0])
		return
	}
	if fast {
		with[7], with[8] = h.Scale, float32(math.Inf(-1))
		l.scores.softmax(&scores[0], ld, n, h.Keys, &with[0])
	}
	for r := range n {
		row := scores[r*ld:][:h.Keys]
		if !fast {
			scaleRow(row, h.Scale, with)
			softmaxRow(row, with)
		}
		if h.Probs != nil {
			copy(h.Probs[(q0+r)*h.Keys:], row)
		}
		if h.Drop.P > 0 {
			h.Drop.Apply(row, row, h.First+(q0+r)*h.Keys)
		}
	}
}

// grad replaces the gradient of what dropout left of n queries' probabilities, ds,
// by that of Q·Kᵀ, and writes what dropout left.
func (h *Head) grad(ds, dropped []float32, ld, q0, n int, with *lanes) {
	probs := h.Probs[q0*h.Keys:][:n*h.Keys]
	if l := chosen.loops; l != nil && l.scores != nil {
		with[0], with[7] = h.Drop.Key().Scale, h.Scale
		l.scores.grad(&ds[0], &dropped[0], &probs[0], ld, n, h.Keys, &with[0])
		return
	}
	for r := range n {
		row, p := ds[r*ld:][:h.Keys], probs[r*h.Keys:][:h.Keys]
		h.Drop.Apply(dropped[r*ld:][:h.Keys], p, h.First+(q0+r)*h.Keys)
		h.Drop.Apply(row, row, h.First+(q0+r)*h.Keys)
		softmaxGradRow(row, p, with)
		scaleRow(row, h.Scale, with)
	}
}
