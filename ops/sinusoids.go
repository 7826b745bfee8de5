package ops

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/positions"
)

// Sinusoids are Funnel's encodings of relative positions: see positions.Sinusoids.
// They are safe for concurrent use.
type Sinusoids struct{ table *positions.Sinusoids }

// NewSinusoids returns the encodings of a width. It panics if that is odd.
func NewSinusoids(width int) *Sinusoids { return &Sinusoids{positions.NewSinusoids(width)} }

// Encoder gives the attentions of one pass their positions; what dropout takes
// from a distance it takes from it everywhere.
type Encoder struct {
	p    *Pass
	s    *positions.Sinusoids
	drop kernels.Dropper
}

// Encode begins an encoding of positions with dropout at the given rate.
func (s *Sinusoids) Encode(p *Pass, dropout float32) *Encoder {
	return &Encoder{p: p, s: s.table, drop: p.drop(dropout)}
}

// Positions give every query and key pair of RelativeAttention a score: Shifted or
// Factorized.
type Positions interface {
	// put gives the positions to a call. It panics if they don't fit it.
	put(call *device.RelativeAttention)
	// flops counts the products that the positions' scores take.
	flops(call *device.RelativeAttention, backward bool) float64
}

// Shifted are positions of which only the distance counts: query i and key j
// are First + Stride·(Shift·i - j) apart ("relative_shift").
type Shifted struct {
	table *Tensor
	call  device.Shifted
}

// Shifted returns the positions of sequences of up to the given numbers of
// queries and keys. Shift is 1, or 2 where queries are pooled and keys are not.
func (e *Encoder) Shifted(first, stride, shift, queries, keys int) *Shifted {
	top := shift * (queries - 1)
	n := top + keys
	host := make([]float32, n*e.s.Width())
	e.s.Distances(host, first+stride*top, stride, e.drop)
	t := e.p.constant(host, n, e.s.Width())
	return &Shifted{t, device.Shifted{Encodings: t.buf, Rows: n, Shift: shift, Queries: queries, Keys: keys}}
}

// Tensor is what the pass must keep while the positions are used.
func (x *Shifted) Tensor() *Tensor { return x.table }

// Factorized are positions that queries and keys have each for themselves: the
// score is that of the distance, taken apart by the addition theorems
// ("factorized"). Each head reads the whole encoding, so it costs M/D times as
// much as Shifted; without dropout both give the same up to rounding.
type Factorized struct {
	query, key *Tensor
	call       device.Factorized
}

// Factorized returns the positions of the given query and key rows, all from 0.
func (e *Encoder) Factorized(queries, keys []int32) *Factorized {
	n, w := 0, e.s.Width()
	for _, rows := range [][]int32{queries, keys} {
		for _, p := range rows {
			n = max(n, int(p)+1)
		}
	}
	query, key := make([]float32, n*w), make([]float32, n*w)
	e.s.Positions(query, key, e.drop)
	q, k := e.p.constant(query, n, w), e.p.constant(key, n, w)
	return &Factorized{q, k, device.Factorized{Query: q.buf, Key: k.buf, At: queries, Keys: keys}}
}

// Tensors are what the pass must keep while the positions are used.
func (x *Factorized) Tensors() [2]*Tensor { return [2]*Tensor{x.query, x.key} }

// constant returns a tensor of the given values without gradient that lives as
// long as the pass needs: until Release, or until the memory's Reset in a pass
// with Grad.
func (p *Pass) constant(values []float32, rows, cols int) *Tensor {
	t := p.alloc(rows, cols)
	p.Backend.Write(t.buf, values)
	if !p.Grad {
		p.live = append(p.live, t)
	}
	return t
}
