package models

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/models/pooling"
	"github.com/lmkor/bench/ops"
)

// funnelRun is one way of a batch through Funnel.
type funnelRun struct {
	p       *ops.Pass
	c       *Config
	plan    *pooling.Plan
	encoder *ops.Encoder
	kept    []mat.Tensor // for the decoder, and positions of the current block
}

// attend is the attention of query rows over key rows, both levels of the
// plan; block is the number of the queries' block.
func (r *funnelRun) attend(q, k *pooling.Level, block, shift int) ops.RelativeSpec {
	s := ops.RelativeSpec{Offsets: q.Offsets, KeyOff: k.Offsets, KeyReal: k.Real, Types: q.Types, KeyTypes: k.Types}
	if r.c.AttentionType == "factorized" {
		f := r.encoder.Factorized(q.At, k.At)
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
	f := r.encoder.Shifted(first, stride, shift, q.Longest, k.Longest)
	s.Positions = f
	r.kept = append(r.kept, f.Tensor())
	return s
}

func (e *funnelBody) forward(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor {
	r := &funnelRun{p: p, c: c, plan: e.shape.Plan(in, max(e.pad, 0), e.base)}
	x := ops.Embedding(p, ops.Lookup{Table: e.Words, IDs: r.plan.IDs, NoGrad: e.pad})
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
		level := &r.plan.Levels[b].To
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
	step := &r.plan.Levels[block]
	pooled := ops.PoolPairs(r.p, x, step.Pairs, r.c.PoolingType == "max")
	if !r.c.PoolQOnly {
		return l.Forward(r.p, pooled, nil, r.c, spec)
	}
	return l.Forward(r.p, pooled, x, r.c, r.attend(&step.To, &r.plan.Levels[block-1].To, block, 2))
}

// firsts runs a layer for the queries of the sequences' first rows only.
func (r *funnelRun) firsts(x mat.Tensor, l *funnelLayer, block int, pooling bool) mat.Tensor {
	step := &r.plan.Levels[block]
	heads, keys, shift := step.To.Heads(), &step.To, 1
	largest := r.c.PoolingType == "max"
	if !pooling {
		return l.Forward(r.p, ops.Rows(r.p, x, step.To.Firsts()), x, r.c, r.attend(heads, keys, block, shift))
	}
	if r.c.PoolQOnly {
		pairs := make([]ops.Pair, len(step.To.Firsts()))
		for i, first := range step.To.Firsts() {
			pairs[i] = step.Pairs[first]
		}
		keys, shift = &r.plan.Levels[block-1].To, 2
		return l.Forward(r.p, ops.PoolPairs(r.p, x, pairs, largest), x, r.c, r.attend(heads, keys, block, shift))
	}
	x = ops.PoolPairs(r.p, x, step.Pairs, largest)
	return l.Forward(r.p, ops.Rows(r.p, x, step.To.Firsts()), x, r.c, r.attend(heads, keys, block, shift))
}

// decode adds the last block's vectors to those of the first and runs the
// decoder's layers on the tokens; padding is left behind.
func (e *funnelBody) decode(r *funnelRun, in *Batch, first, last mat.Tensor) mat.Tensor {
	tokens := &pooling.Level{Offsets: in.Offsets, Types: in.TypeIDs, At: in.Positions(nil)}
	for s := range in.Sequences() {
		tokens.Real = append(tokens.Real, int32(in.Len(s)))
		tokens.Longest = max(tokens.Longest, in.Len(s))
	}
	x := ops.GatherAdd(r.p, first, r.plan.Tokens, last, r.plan.Up)
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
