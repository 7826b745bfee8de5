package models

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/ops"
)

// funnelRun is one way of a batch through Funnel.
type funnelRun struct {
	p       *ops.Pass
	c       *Config
	plan    *funnelPlan
	encoder *ops.Encoder
	kept    []mat.Tensor // for the decoder, and positions of the current block
}

// attend is the attention of query rows over key rows, both levels of the
// plan; block is the number of the queries' block.
func (r *funnelRun) attend(q, k *funnelLevel, block, shift int) ops.RelativeSpec {
	s := ops.RelativeSpec{Offsets: q.offsets, KeyOff: k.offsets, KeyReal: k.real, Types: q.types, KeyTypes: k.types}
	if r.c.AttentionType == "factorized" {
		f := r.encoder.Factorized(q.at, k.at)
		s.Positions = f
		for _, t := range f.Tensors() {
			r.kept = append(r.kept, t)
		}
		return s
	}
	stride, first := 1<<block, 0
	if shift == 2 { // from pooled queries to the keys of the block before
		stride /= 2
		if r.c.SeparateCls { // where [CLS] counts as the row before the first
			first = -stride
		}
	}
	f := r.encoder.Shifted(first, stride, shift, q.longest, k.longest)
	s.Positions = f
	r.kept = append(r.kept, f.Tensor())
	return s
}

func (e *funnelBody) forward(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor {
	r := &funnelRun{p: p, c: c, plan: e.shape.plan(in, max(e.pad, 0), e.base)}
	x := ops.Embedding(p, ops.Lookup{Table: e.Words, IDs: r.plan.ids, NoGrad: e.pad})
	x = ops.Dropout(p, e.Norm.Forward(p, x), float32(c.FunnelHiddenDropout))
	p.Release(x)
	r.encoder = e.sinusoids.Encode(p, float32(c.FunnelHiddenDropout))
	// The decoder takes up the state that as many layers have run on as the
	// first block has, which repeats don't count for.
	tap, run := mat.Tensor(nil), 0
	for b, block := range e.Blocks {
		r.kept = nil
		if tap != nil {
			r.kept = append(r.kept, tap)
		}
		level := &r.plan.levels[b].to
		spec := r.attend(level, level, b, 1)
		for i, l := range block.Layers {
			for n := range block.repeats {
				run++
				pooling, last := b > 0 && i == 0 && n == 0, run == e.runs
				switch {
				case e.base && last: // of which [CLS] alone is read
					x = r.firsts(x, l, b, pooling)
				case pooling:
					x = r.pool(x, l, b, spec)
				default:
					x = l.Forward(p, x, nil, c, spec)
				}
				if run == c.BlockSizes[0] && !e.base {
					tap = x
					x = ops.Through(p, x)
					r.kept = append(r.kept, tap)
				}
				p.Release(append(r.kept, x)...)
			}
		}
	}
	if e.base {
		return x
	}
	x = e.decode(r, in, tap, x)
	if rows != nil {
		return ops.Rows(p, x, rows)
	}
	return x
}

// pool runs a block's first layer, whose queries are the pooled rows and whose
// keys, with pool_q_only, are not.
func (r *funnelRun) pool(x mat.Tensor, l *funnelLayer, block int, spec ops.RelativeSpec) mat.Tensor {
	step := &r.plan.levels[block]
	pooled := ops.PoolPairs(r.p, x, step.pairs, r.c.PoolingType == "max")
	if !r.c.PoolQOnly {
		return l.Forward(r.p, pooled, nil, r.c, spec)
	}
	return l.Forward(r.p, pooled, x, r.c, r.attend(&step.to, &r.plan.levels[block-1].to, block, 2))
}

// firsts runs a layer for the queries of the sequences' first rows only.
func (r *funnelRun) firsts(x mat.Tensor, l *funnelLayer, block int, pooling bool) mat.Tensor {
	step := &r.plan.levels[block]
	heads, keys, shift := step.to.heads(), &step.to, 1
	largest := r.c.PoolingType == "max"
	if !pooling {
		return l.Forward(r.p, ops.Rows(r.p, x, step.to.firsts()), x, r.c, r.attend(heads, keys, block, shift))
	}
	if r.c.PoolQOnly {
		pairs := make([]ops.Pair, len(step.to.firsts()))
		for i, first := range step.to.firsts() {
			pairs[i] = step.pairs[first]
		}
		keys, shift = &r.plan.levels[block-1].to, 2
		return l.Forward(r.p, ops.PoolPairs(r.p, x, pairs, largest), x, r.c, r.attend(heads, keys, block, shift))
	}
	x = ops.PoolPairs(r.p, x, step.pairs, largest)
	return l.Forward(r.p, ops.Rows(r.p, x, step.to.firsts()), x, r.c, r.attend(heads, keys, block, shift))
}

// heads returns the level's first rows as a level of their own.
func (l *funnelLevel) heads() *funnelLevel {
	h := &funnelLevel{offsets: []int32{0}}
	for i, first := range l.firsts() {
		h.types, h.at = append(h.types, l.types[first]), append(h.at, l.at[first])
		h.close(int(min(l.real[i], 1)), 1)
	}
	return h
}

// decode adds the last block's vectors to those of the first and runs the
// decoder's layers on the tokens; padding is left behind.
func (e *funnelBody) decode(r *funnelRun, in *Batch, first, last mat.Tensor) mat.Tensor {
	tokens := &funnelLevel{offsets: in.Offsets, types: in.TypeIDs, at: in.positions(nil)}
	for s := range in.Sequences() {
		tokens.real = append(tokens.real, int32(in.Len(s)))
		tokens.longest = max(tokens.longest, in.Len(s))
	}
	x := ops.GatherAdd(r.p, first, r.plan.tokens, last, r.plan.up)
	r.p.Release(x)
	r.encoder = e.sinusoids.Encode(r.p, float32(r.c.FunnelHiddenDropout))
	r.kept = nil
	spec := r.attend(tokens, tokens, 0, 1)
	for _, l := range e.Decoder {
		x = l.Forward(r.p, x, nil, r.c, spec)
		r.p.Release(append(r.kept, x)...)
	}
	return x
}

// firsts returns the row of each sequence's first token.
func (l *funnelLevel) firsts() []int32 { return l.offsets[:len(l.offsets)-1] }
