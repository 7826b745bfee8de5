package models

import (
	"slices"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// crossAttention lets a decoder's tokens see the encoder's output.
type crossAttention struct {
	nn.Module
	Q, K, V, O Linear
	Norm       Norm
	heads      int
}

func newCrossAttention(b *builder, prefix string, c *Config) *crossAttention {
	h := c.HiddenSize
	return &crossAttention{
		Q:     b.linear(prefix+".self.query", h, h),
		K:     b.linear(prefix+".self.key", h, h),
		V:     b.linear(prefix+".self.value", h, h),
		O:     b.linear(prefix+".output.dense", h, h),
		Norm:  b.norm(prefix+".output.LayerNorm", h, c.LayerNormEps),
		heads: c.NumAttentionHeads,
	}
}

func (l *crossAttention) Forward(p *ops.Pass, x mat.Tensor, r layerRates, a attend) mat.Tensor {
	spec := ops.AttentionSpec{Heads: l.heads, Offsets: a.source.queries(a.offsets), KeyOff: a.source.offsets,
		Dropout: float32(r.probs)}
	y := ops.CrossAttention(p, l.Q.Forward(p, x, kernels.Identity), a.source.keys(p, l), spec)
	return l.Norm.AddForward(p, l.O.Forward(p, y, kernels.Identity), x, r.out)
}

// source is an encoder's output for the layers of a decoder. A nil source is
// none.
type source struct {
	x       mat.Tensor // [Tk, H], the next layer's link of the chain
	offsets []int32    // of the encoder's sequences

	kept  map[*crossAttention]*ops.Tensor // in decoding: keys and values, projected once
	owner []int                           // in decoding: whose output each sequence sees, ascending
}

// keys returns a layer's keys and values of the encoder's output, [Tk, 2H].
func (s *source) keys(p *ops.Pass, l *crossAttention) mat.Tensor {
	if kv, ok := s.kept[l]; ok {
		return kv
	}
	kv := sideBySide(p, s.x, l.K, l.V)
	s.x = ops.Through(p, s.x)
	return kv
}

// queries returns the offsets of the decoder's rows by encoder sequence: as
// many of each as of the encoder's.
func (s *source) queries(offsets []int32) []int32 {
	if s.owner == nil {
		return offsets
	}
	at := make([]int32, len(s.offsets))
	for i, o := range s.owner {
		at[o+1] = offsets[i+1]
	}
	for i := range at[1:] {
		at[i+1] = max(at[i+1], at[i])
	}
	return at
}

// release returns all values of the pass but x and the encoder's output to the
// arena.
func (s *source) release(p *ops.Pass, x mat.Tensor) {
	if s == nil || s.x == nil {
		p.Release(x)
		return
	}
	p.Release(x, s.x)
}

// reorder makes decoded sequence i see what from[i] saw. What none sees any more is
// given back.
func (s *source) reorder(p *ops.Pass, from []int) {
	if s == nil {
		return
	}
	owner := make([]int, len(from))
	for i, f := range from {
		owner[i] = s.owner[f]
	}
	if !slices.IsSorted(owner) {
		panic("models: sequences of different prompts mixed")
	}
	if s.owner = owner; len(slices.Compact(slices.Clone(owner))) < len(s.offsets)-1 {
		s.shrink(p)
	}
}

// shrink drops the encoder's sequences that no decoded one sees.
func (s *source) shrink(p *ops.Pass) {
	seen := slices.Compact(slices.Clone(s.owner))
	offsets := []int32{0}
	for k, o := range seen {
		offsets = append(offsets, offsets[k]+s.offsets[o+1]-s.offsets[o])
	}
	old := s.offsets
	if s.offsets = offsets; len(seen) == 0 {
		s.free()
		s.kept = map[*crossAttention]*ops.Tensor{}
		return
	}
	for l, kv := range s.kept {
		var spans []ops.Span
		for _, o := range seen {
			spans = append(spans, ops.Span{X: kv, From: int(old[o]), To: int(old[o+1])})
		}
		s.kept[l] = ops.Stacked(p, kv.Cols(), spans...)
		kv.Free()
	}
	for i, o := range s.owner {
		s.owner[i], _ = slices.BinarySearch(seen, o)
	}
}

// join adds the sequences of another source behind its own, each seen by one more
// decoded sequence, and takes what that keeps.
func (s *source) join(p *ops.Pass, more *source) {
	rows, before := s.offsets[len(s.offsets)-1], len(s.offsets)-1
	for l, kv := range more.kept {
		if mine := s.kept[l]; mine != nil {
			s.kept[l] = ops.Stacked(p, kv.Cols(), ops.Span{X: mine, To: mine.Rows()}, ops.Span{X: kv, To: kv.Rows()})
			mine.Free()
			kv.Free()
		} else {
			s.kept[l] = kv
		}
	}
	for i, end := range more.offsets[1:] {
		s.offsets, s.owner = append(s.offsets, rows+end), append(s.owner, before+i)
	}
}

// free gives back what decoding keeps.
func (s *source) free() {
	if s == nil {
		return
	}
	for _, kv := range s.kept {
		kv.Free()
	}
	s.kept = nil
}
