package ops

import (
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// work is what a pass in one direction has to do: multiply-adds of products, and
// floats read or written.
type work struct{ multiplyAdds, floats float64 }

// TestCost counts the work of every operator by hand, from its shapes alone.
func TestCost(t *testing.T) {
	const tokens, h, heads, d = 9, 6, 2, 3 // sequences of 4 and 5 tokens
	const scores = heads * (4*4 + 5*5)     // of all sequences and heads
	offsets := []int32{0, 4, 9}
	x, y, qkv := randomParam(tokens, h, 1), randomParam(tokens, h, 2), randomParam(tokens, 3*h, 3)
	q, kv := randomParam(5, h, 4), randomParam(tokens, 2*h, 5)
	w, b := randomParam(1, h, 6), randomParam(1, h, 7)
	up, upBias, gpt := randomParam(7, h, 8), randomParam(1, 7, 9), randomParam(h, 7, 10)
	side, frozen := randomParam(2, h, 11), randomParam(7, h, 12)
	frozen.SetRequiresGrad(false)
	table, types, logits := randomParam(50, h, 13), randomParam(2, h, 14), randomParam(tokens, 4, 15)
	one, ids := randomParam(tokens, 1, 16), []int32{0, 1, 1, 0, 1, 0, 1, 0, 1}
	list := func(p ...*nn.Param) []*nn.Param { return p }
	LayOutGradients(list(x, y, qkv, q, kv, w, b, up, upBias, gpt, side, table, types, logits, one))

	for _, c := range []struct {
		name              string
		run               func(p *Pass) mat.Tensor
		forward, backward work
	}{
		{"linear", func(p *Pass) mat.Tensor { return Linear(p, x, kernels.Identity, list(up), list(upBias)) },
			work{9 * 6 * 7, 9*6 + 7*6 + 7 + 9*7}, work{2 * 9 * 6 * 7, 9*7 + 2*(9*6+7*6+7)}},
		{"linear with an activation, two weights", func(p *Pass) mat.Tensor {
			return Linear(p, x, kernels.GELU,
				list(up, side), list(upBias, nil))
		},
			work{9 * 6 * 9, 9*6 + 9*6 + 7 + 9*9 + 9*9}, work{2 * 9 * 6 * 9, 2*9*9 + 2*(9*6+9*6+7)}},
		{"linear, its weight frozen", func(p *Pass) mat.Tensor {
			return Linear(p, x, kernels.Identity, list(frozen),
				list(nil))
		},
			work{9 * 6 * 7, 9*6 + 7*6 + 9*7}, work{9 * 6 * 7, 9*7 + 2*9*6 + 7*6}},
		{"linear", func(p *Pass) mat.Tensor { return Conv1D(p, x, kernels.Identity, gpt, upBias) },
			work{9 * 6 * 7, 9*6 + 7*6 + 7 + 9*7}, work{2 * 9 * 6 * 7, 9*7 + 2*(9*6+7*6+7)}},
		{"attention", func(p *Pass) mat.Tensor {
			return SelfAttention(p, qkv, AttentionSpec{Heads: heads, Offsets: offsets, Dropout: 0.1})
		}, work{2 * scores * d, 9*18 + 9*6 + scores}, work{4 * scores * d, 9*6 + scores + 2*9*18}},
		{"attention", func(p *Pass) mat.Tensor {
			return CrossAttention(p, q, kv, AttentionSpec{Heads: heads, Offsets: []int32{0, 2, 5}, KeyOff: offsets})
		}, work{2 * heads * (2*4 + 3*5) * d, 5*6 + 9*12 + 5*6 + heads*(2*4+3*5)},
			work{4 * heads * (2*4 + 3*5) * d, 5*6 + heads*(2*4+3*5) + 2*(5*6+9*12)}},
		{"layer norm", func(p *Pass) mat.Tensor { return LayerNorm(p, x, w, b, 1e-12) },
			work{0, 9*6 + 2*6 + 9*6 + 2*9}, work{0, 9*6 + 2*9 + 2*(9*6+2*6)}},
		{"layer norm", func(p *Pass) mat.Tensor { return AddNorm(p, x, y, w, b, 1e-12, 0.1) },
			work{0, 2*9*6 + 2*6 + 9*6 + 9*6 + 2*9}, work{0, 9*6 + 9*6 + 2*9 + 2*6 + 2*9*6 + 2*6}},
		{"add", func(p *Pass) mat.Tensor { return Add(p, x, y, 0.1) }, work{0, 3 * 9 * 6}, work{0, 3 * 9 * 6}},
		{"dropout", func(p *Pass) mat.Tensor { return Dropout(p, x, 0.1) }, work{0, 2 * 9 * 6}, work{0, 2 * 9 * 6}},
		{"through", func(p *Pass) mat.Tensor { return Through(p, x) }, work{}, work{}},
		{"embedding", func(p *Pass) mat.Tensor {
			return Embedding(p, Lookup{table, every(3, tokens), -1}, Lookup{types, ids, -1})
		}, work{0, 3 * 9 * 6}, work{0, 9*6 + 2*2*9*6}},
		{"rows", func(p *Pass) mat.Tensor { return Rows(p, x, []int32{0, 4}) }, work{0, 2 * 2 * 6}, work{0, 2*6 + 9*6}},
		{"gather", func(p *Pass) mat.Tensor { return GatherAdd(p, x, []int32{0, 2}, y, []int32{1, 1}) },
			work{0, 3 * 2 * 6}, work{0, 2*6 + 2*9*6}},
		{"pool", func(p *Pass) mat.Tensor { return PoolPairs(p, x, []Pair{{0, 1}, {2, 2}}, false) },
			work{0, 9*6 + 2*6}, work{0, 2*6 + 9*6}},
		{"pool of the largest", func(p *Pass) mat.Tensor { return PoolPairs(p, x, []Pair{{0, 1}, {2, 2}}, true) },
			work{0, 9*6 + 2*6}, work{0, 2*6 + 2*9*6}},
		{"loss", func(p *Pass) mat.Tensor { return CrossEntropy(p, logits, ids) }, work{0, 9*4 + 9 + 1 + 9*4}, work{0,
			2 * 9 * 4}},
		{"loss", func(p *Pass) mat.Tensor { return BinaryCrossEntropy(p, one, ids) }, work{0, 9 + 9 + 1 + 9}, work{0, 2 * 9}},
		{"loss", func(p *Pass) mat.Tensor { return MSE(p, x, numbers(9*6, 1)) }, work{0, 9*6 + 9*6 + 1 + 9*6}, work{0,
			2 * 9 * 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &Pass{Backend: NewCPU(), Grad: true, Train: true, Trace: &Trace{}, Seed: 7}
			l := Of(c.run(p))
			if l.Size() > 1 {
				g := p.alloc(l.rows, l.cols)
				clear(g.Floats())
				l.AccGrad(g)
			}
			if err := backward(p, l); err != nil {
				t.Fatal(err)
			}
			costs := p.Trace.Costs()
			if len(costs) != 2 {
				t.Fatalf("costs %+v, want one forward and one backward", costs)
			}
			for _, got := range costs {
				want := c.forward
				if got.Backward {
					want = c.backward
				}
				if got.FLOPs != 2*want.multiplyAdds || got.Bytes != 4*want.floats {
					t.Errorf("backward=%v: %v FLOPs and %v bytes, want %v and %v", got.Backward, got.FLOPs, got.Bytes,
						2*want.multiplyAdds, 4*want.floats)
				}
			}
		})
	}
}

// backward walks the tape from l, which has a gradient or is a loss.
func backward(p *Pass, l *Tensor) error {
	if l.Size() > 1 {
		return p.walk()
	}
	return Backward(l, 1)
}

// TestCostOfRelativeAttention counts Funnel's: content, segments and positions.
func TestCostOfRelativeAttention(t *testing.T) {
	const heads, d, model = 2, 3, 6
	for _, factorized := range []bool{false, true} {
		w := relativeParams()
		q := randomParam(9, 18, 1)
		LayOutGradients([]*nn.Param{q, w.WordBias, w.PositionBias, w.TypeBias, w.Kernel, w.Types})
		p := &Pass{Backend: NewCPU(), Grad: true, Trace: &Trace{}}
		s := RelativeSpec{Heads: heads, Offsets: []int32{0, 4, 9}, KeyOff: []int32{0, 4, 9}, KeyReal: []int32{4, 5},
			Types: make([]int32, 9), KeyTypes: make([]int32, 9)}
		at := []int32{0, 1, 2, 3, 0, 1, 2, 3, 4}
		if enc := NewSinusoids(model).Encode(p, 0); factorized {
			s.Positions = enc.Factorized(at, at)
		} else {
			s.Positions = enc.Shifted(0, 1, 1, 5, 5)
		}
		y := Of(RelativeAttention(p, q, nil, w, s))
		g := p.alloc(y.rows, y.cols)
		clear(g.Floats())
		y.AccGrad(g)
		if err := p.walk(); err != nil {
			t.Fatal(err)
		}
		var forward, backward float64
		for _, n := range []float64{4, 5} {
			content, segments := 2*n*n*d, 2*n*d
			forward += heads * (content + segments)
			backward += 2 * heads * (content + segments)
			if factorized {
				positions := n*model*d + n*n*model
				forward += heads * positions
				backward += 2 * heads * positions
			} else {
				distances := n * (2*n - 1) * d
				forward += heads * distances
				backward += 2 * heads * distances
			}
		}
		if !factorized {
			const table = 9 * model * heads * d // of distances from -4 to 4
			forward, backward = forward+table, backward+table
		}
		for _, got := range p.Trace.Costs() {
			want := forward
			if got.Backward {
				want = backward
			}
			if got.FLOPs != 2*want {
				t.Errorf("factorized=%v backward=%v: %v FLOPs, want %v", factorized, got.Backward, got.FLOPs, 2*want)
			}
		}
	}
}
