package ops

import (
	"fmt"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// The shapes of a step of a base model on 32 reviews.
const (
	benchSequences, benchLength        = 32, 17
	benchTokens, benchDim              = benchSequences * benchLength, 768
	benchHeads, benchInner, benchWords = 12, 3072, 42000
)

// operatorBench is an operator on fresh inputs of its own.
type operatorBench struct {
	name   string
	params []*nn.Param
	run    func(p *Pass) mat.Tensor
}

// every returns 0, n, 2n and so on, count numbers.
func every(n, count int) []int32 {
	x := make([]int32, count)
	for i := range x {
		x[i] = int32(n * i)
	}
	return x
}

func operators() []operatorBench {
	const t, h = benchTokens, benchDim
	off := every(benchLength, benchSequences+1)
	x, y, qkv, kv := randomParam(t, h, 1), randomParam(t, h, 2), randomParam(t, 3*h, 3), randomParam(t, 2*h, 4)
	w, b := randomParam(1, h, 5), randomParam(1, h, 6)
	square, bias := randomParam(h, h, 7), randomParam(1, h, 8)
	up, upBias := randomParam(benchInner, h, 9), randomParam(1, benchInner, 10)
	table, ids := randomParam(benchWords, h, 11), every(61, t)
	logits, scores := randomParam(t, 30, 12), randomParam(t, 1, 14)
	labels, gold, places := make([]int32, t), numbers(t*h, 13), every(1, t)
	pairs := make([]Pair, t/2)
	for i := range pairs {
		pairs[i] = Pair{int32(2 * i), int32(2*i + 1)}
	}
	spec := AttentionSpec{Heads: benchHeads, Offsets: off, Dropout: 0.1}
	one := func(p *nn.Param) []*nn.Param { return []*nn.Param{p} }
	all := func(p ...*nn.Param) []*nn.Param { return p }
	return append([]operatorBench{
		{"linear", all(x, square, bias), func(p *Pass) mat.Tensor {
			return Linear(p, x, kernels.Identity, one(square),
				one(bias))
		}},
		{"linear+gelu", all(x, up, upBias), func(p *Pass) mat.Tensor {
			return Linear(p, x, kernels.GELU, one(up),
				one(upBias))
		}},
		{"conv1d", all(x, square, bias), func(p *Pass) mat.Tensor { return Conv1D(p, x, kernels.Identity, square, bias) }},
		{"self-attention", all(qkv), func(p *Pass) mat.Tensor { return SelfAttention(p, qkv, spec) }},
		{"cross-attention", all(x, kv), func(p *Pass) mat.Tensor {
			s := spec
			s.KeyOff = off
			return CrossAttention(p, x, kv, s)
		}},
		{"layer-norm", all(x, w, b), func(p *Pass) mat.Tensor { return LayerNorm(p, x, w, b, 1e-12) }},
		{"add-norm", all(x, y, w, b), func(p *Pass) mat.Tensor { return AddNorm(p, x, y, w, b, 1e-12, 0.1) }},
		{"add", all(x, y), func(p *Pass) mat.Tensor { return Add(p, x, y, 0.1) }},
		{"dropout", all(x), func(p *Pass) mat.Tensor { return Dropout(p, x, 0.1) }},
		{"embedding", all(table), func(p *Pass) mat.Tensor { return Embedding(p, Lookup{Table: table, IDs: ids, NoGrad: 0}) }},
		{"rows", all(x), func(p *Pass) mat.Tensor { return Rows(p, x, off[:benchSequences]) }},
		{"gather-add", all(x, y), func(p *Pass) mat.Tensor { return GatherAdd(p, x, places, y, places) }},
		{"pool-pairs", all(x), func(p *Pass) mat.Tensor { return PoolPairs(p, x, pairs, false) }},
		{"cross-entropy", all(logits), func(p *Pass) mat.Tensor { return CrossEntropy(p, logits, labels) }},
		{"binary-cross-entropy", all(scores), func(p *Pass) mat.Tensor { return BinaryCrossEntropy(p, scores, labels) }},
		{"mse", all(x), func(p *Pass) mat.Tensor { return MSE(p, x, gold) }},
	}, relativeBenches(x, off)...)
}

// relativeBenches are Funnel's attention, in both forms of its positions.
func relativeBenches(x *nn.Param, off []int32) []operatorBench {
	const d = benchDim / benchHeads
	w := RelativeParams{WordBias: randomParam(benchHeads, d, 21), PositionBias: randomParam(benchHeads, d, 22),
		TypeBias: randomParam(benchHeads, d, 23),
		Kernel:   randomParam(benchDim, benchHeads*d, 24), Types: randomParam(2, benchHeads*d, 25)}
	kv := randomParam(benchTokens, 2*benchDim, 26)
	real, at := make([]int32, benchSequences), make([]int32, benchTokens)
	for i := range real {
		real[i] = benchLength
	}
	for i := range at {
		at[i] = int32(i % benchLength)
	}
	sinusoids := NewSinusoids(benchDim)
	var all []operatorBench
	for _, factorized := range []bool{false, true} {
		name := map[bool]string{false: "relative-attention/positions=shifted",
			true: "relative-attention/positions=factorized"}[factorized]
		all = append(all, operatorBench{name, []*nn.Param{x, kv, w.WordBias, w.PositionBias, w.TypeBias, w.Kernel,
			w.Types}, func(p *Pass) mat.Tensor {
			s := RelativeSpec{Heads: benchHeads, Offsets: off, KeyOff: off, KeyReal: real, Types: make([]int32,
				benchTokens), KeyTypes: make([]int32, benchTokens), SeparateCls: true, Dropout: 0.1}
			if enc := sinusoids.Encode(p, 0.1); factorized {
				s.Positions = enc.Factorized(at, at)
			} else {
				s.Positions = enc.Shifted(0, 1, 1, benchLength, benchLength)
			}
			return RelativeAttention(p, x, kv, w, s)
		}})
	}
	return all
}

// BenchmarkOperator runs each operator forward, and forward and backward.
func BenchmarkOperator(b *testing.B) {
	gradient := numbers(benchTokens*benchInner, 20)
	for _, o := range operators() {
		for _, pass := range []string{"forward", "both"} {
			b.Run(fmt.Sprintf("op=%s/tokens=%d/dim=%d/pass=%s", o.name, benchTokens, benchDim, pass), func(b *testing.B) {
				LayOutGradients(o.params)
				p := &Pass{Backend: NewCPU(), Grad: true, Train: true, Seed: 7}
				b.ReportAllocs()
				for b.Loop() {
					p.Backend.Reset()
					p.Begin(1)
					y := Of(o.run(p))
					if pass == "forward" {
						continue
					}
					g := p.alloc(y.rows, y.cols)
					copy(g.Floats(), gradient)
					y.AccGrad(g)
					for i := len(p.tape) - 1; i >= 0; i-- {
						if out := p.tape[i].o.Value().(*Tensor); out.grad != nil {
							if err := p.tape[i].f.Backward(out.grad); err != nil {
								b.Fatal(err)
							}
						}
					}
				}
			})
		}
	}
}

func BenchmarkCachedAttention(b *testing.B) {
	qkv := randomParam(benchSequences, 3*benchDim, 1)
	off := every(1, benchSequences+1)
	p := &Pass{Backend: NewCPU()}
	b.Run(fmt.Sprintf("sequences=%d/keys=64/dim=%d", benchSequences, benchDim), func(b *testing.B) {
		for b.Loop() {
			p.Begin(0)
			c := NewCache(p, benchSequences, 64, benchDim)
			for range 64 {
				CachedAttention(p, qkv, c, AttentionSpec{Heads: benchHeads, Offsets: off})
				p.Release()
			}
		}
	})
}

// BenchmarkOptimizer updates a dense weight, and a table of which a batch
// touches few rows.
func BenchmarkOptimizer(b *testing.B) {
	dense, table := randomParam(benchInner, benchDim, 1), randomParam(benchWords, benchDim, 2)
	LayOutGradients([]*nn.Param{dense, table})
	SetGradient(dense, numbers(benchInner*benchDim, 3), nil)
	rows := every(61, benchTokens)
	SetGradient(table, numbers(benchWords*benchDim, 4), rows)
	o := AdamW{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, LR: 1e-9, Step: 1, Scale: 1, Decay: func(*nn.Param) float64 { return 0 }}
	for _, c := range []struct {
		name  string
		param *nn.Param
		bytes int64
	}{{"dense/rows=3072", dense, 28 * benchInner * benchDim}, {"touched/rows=544", table, 28 * benchTokens * benchDim}} {
		b.Run("param="+c.name, func(b *testing.B) {
			b.SetBytes(c.bytes)
			for b.Loop() {
				if err := o.OptimizeParams(c.param); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("norm", func(b *testing.B) {
		var norm GradNorm
		b.SetBytes(4 * (benchInner + benchTokens) * benchDim)
		for b.Loop() {
			norm.Of([]*nn.Param{dense, table})
		}
	})
}

// BenchmarkAttention runs self-attention over sequences of one length, some 2,048
// tokens in all, forward and backward, and reports its share of the peak.
func BenchmarkAttention(b *testing.B) {
	peak := kernels.PeakFMA(parallel.New(0))
	for _, heads := range []int{12, 4} {
		for _, length := range []int{17, 32, 45, 64, 75, 96, 119, 128} {
			sequences, h := 2048/length, 64*heads
			qkv := randomParam(sequences*length, 3*h, 3)
			gradient := numbers(sequences*length*h, 20)
			spec := AttentionSpec{Heads: heads, Offsets: every(length, sequences+1), Dropout: 0.1}
			forward := 4 * float64(sequences*heads*length*length*64)
			for _, pass := range []string{"evaluation", "forward", "both"} {
				flops := forward
				if pass == "both" {
					flops *= 3
				}
				b.Run(fmt.Sprintf("heads=%d/length=%d/pass=%s", heads, length, pass), func(b *testing.B) {
					LayOutGradients([]*nn.Param{qkv})
					p := &Pass{Backend: NewCPU(), Grad: pass != "evaluation", Train: pass != "evaluation", Seed: 7}
					for b.Loop() {
						p.Backend.Reset()
						p.Begin(1)
						y := Of(SelfAttention(p, qkv, spec))
						if pass != "both" {
							continue
						}
						g := p.alloc(y.rows, y.cols)
						copy(g.Floats(), gradient)
						y.AccGrad(g)
						if err := p.tape[0].f.Backward(y.grad); err != nil {
							b.Fatal(err)
						}
					}
					rate := flops * float64(b.N) / b.Elapsed().Seconds() / 1e9
					b.ReportMetric(rate, "GFLOP/s")
					b.ReportMetric(100*rate/peak, "%peak")
				})
			}
		}
	}
}
