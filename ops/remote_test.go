package ops

import (
	"slices"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/kernels"
)

// TestOperatorsNeedNoFloats runs a layer, forward and backward, on a backend whose
// memory is out of reach, and holds the gradients to the CPU's.
func TestOperatorsNeedNoFloats(t *testing.T) {
	var want []float32
	for _, backend := range []Backend{NewCPU(), remote.New()} {
		b := newBlock()
		table := randomParam(30, 8, 11)
		params := append(b.params(), table)
		Place(backend, params)
		LayOutGradients(params)
		p := &Pass{Backend: backend, Grad: true, Train: true, Seed: 3}
		x := Embedding(p, Lookup{table, every(3, 9), -1})
		x = Add(p, x, b.x, 0.1)
		s, h := SumNorm(p, LayerNorm(p, x, b.w, b.b, 1e-12), x, b.w, b.b, 1e-12, 0.1)
		a := SelfAttention(p, Linear(p, h, kernels.Identity, []*nn.Param{b.wqkv}, []*nn.Param{b.bqkv}),
			AttentionSpec{Heads: 2, Offsets: []int32{0, 4, 9}, Dropout: 0.1})
		o := Linear(p, a, kernels.GELU, []*nn.Param{b.wo}, []*nn.Param{b.bo})
		var y mat.Tensor = AddNorm(p, o, Through(p, s), b.w, b.b, 1e-12, 0.1)
		y = GatherAdd(p, Rows(p, y, []int32{0, 4, 2}), []int32{1, 0}, PoolPairs(p, y, []Pair{{0, 1}, {4, 4}}, true),
			[]int32{0, -1})
		first, second := CrossEntropy(p, y, []int32{3, 7}), MSE(p, Dropout(p, y, 0.1), numbers(16, 5))
		value := Of(first).Floats()[0] + Of(second).Floats()[0]
		if err := BackwardFrom(Root{first, 1}, Root{second, 0.5}); err != nil {
			t.Fatal(err)
		}
		if r, ok := backend.(*remote.Backend); ok && r.Calls < 20 {
			t.Errorf("%d calls", r.Calls)
		}
		got := append(gradients(params), value)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Error("a backend whose memory is out of reach gives other gradients")
		}
	}
}
