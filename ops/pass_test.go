package ops

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nlpodyssey/spago/ag"
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// layerParams is attention and a feed-forward part with residuals, as every layer of
// a transformer has.
type layerParams struct {
	x, wqkv, bqkv, wo, bo, w, b *nn.Param
}

func newBlock() layerParams {
	return layerParams{randomParam(9, 8, 1), randomParam(24, 8, 2), randomParam(1, 24, 3), randomParam(8, 8, 4),
		randomParam(1, 8, 5), randomParam(1, 8, 6), randomParam(1, 8, 7)}
}

func (b layerParams) params() []*nn.Param {
	return []*nn.Param{b.x, b.wqkv, b.bqkv, b.wo, b.bo, b.w, b.b}
}

func (b layerParams) loss(p *Pass) mat.Tensor {
	h := LayerNorm(p, b.x, b.w, b.b, 1e-12)
	qkv := Linear(p, h, kernels.Identity, []*nn.Param{b.wqkv}, []*nn.Param{b.bqkv})
	a := SelfAttention(p, qkv, AttentionSpec{Heads: 2, Offsets: []int32{0, 4, 9}, Dropout: 0.1})
	o := Linear(p, a, kernels.GELU, []*nn.Param{b.wo}, []*nn.Param{b.bo})
	y := AddNorm(p, o, h, b.w, b.b, 1e-12, 0.1)
	return MSE(p, y, numbers(72, 50))
}

func gradients(params []*nn.Param) (all []float32) {
	for _, p := range params {
		all = append(all, GradientOf(p).Values...)
	}
	return all
}

func TestBackwardEqualsSpagos(t *testing.T) {
	var got [2][]float32
	for i, backward := range []func(mat.Tensor) error{
		func(l mat.Tensor) error { return Backward(l, 1) },
		func(l mat.Tensor) error {
			g := Of(l).pass.alloc(1, 1)
			g.Floats()[0] = 1
			l.AccGrad(g)
			return ag.Backward(l)
		},
	} {
		b := newBlock()
		LayOutGradients(b.params())
		p := &Pass{Backend: NewCPU(), Grad: true, Train: true, Seed: 3}
		if err := backward(b.loss(p)); err != nil {
			t.Fatal(err)
		}
		got[i] = gradients(b.params())
	}
	if !slices.Equal(got[0], got[1]) {
		t.Error("gradients differ from those of spago's own backward")
	}
}

// TestBackwardFromWeightedLosses holds the gradients of 2·a + b/2 to those of a and
// b alone.
func TestBackwardFromWeightedLosses(t *testing.T) {
	x, w := randomParam(4, 5, 1), randomParam(3, 5, 2)
	LayOutGradients([]*nn.Param{x, w})
	run := func(roots func(a, b mat.Tensor) []Root) []float32 {
		for _, p := range []*nn.Param{x, w} {
			p.ZeroGrad()
		}
		p := &Pass{Backend: NewCPU(), Grad: true}
		y := Linear(p, x, kernels.Tanh, []*nn.Param{w}, []*nn.Param{nil})
		if err := BackwardFrom(roots(CrossEntropy(p, y, []int32{0, 1, 2, 0}), MSE(p, y, numbers(12, 3)))...); err != nil {
			t.Fatal(err)
		}
		return gradients([]*nn.Param{x, w})
	}
	first := run(func(a, _ mat.Tensor) []Root { return []Root{{a, 1}} })
	second := run(func(_, b mat.Tensor) []Root { return []Root{{b, 1}} })
	both := run(func(a, b mat.Tensor) []Root { return []Root{{a, 1.5}, {b, 0.5}, {a, 0.5}} })
	want := make([]float32, len(both))
	for i := range want {
		want[i] = 2*first[i] + second[i]/2
	}
	golden.Near(t, "gradients of the sum", both, want, golden.Tolerance{Abs: 1e-6, Rel: 1e-6})
}

func TestThreadsDoNotChangeGradients(t *testing.T) {
	var want []float32
	for _, n := range []int{1, 2, 3, 8, 64} {
		b := newBlock()
		LayOutGradients(b.params())
		p := &Pass{Backend: device.NewCPU(parallel.New(n)), Grad: true, Train: true, Seed: 3}
		if err := Backward(b.loss(p), 1); err != nil {
			t.Fatal(err)
		}
		got := gradients(b.params())
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d threads give other gradients than one", n)
		}
	}
}

func TestBackwardReturnsEveryBuffer(t *testing.T) {
	b := newBlock()
	LayOutGradients(b.params())
	mem := NewCPU()
	p := &Pass{Backend: mem, Grad: true, Train: true}
	for step := range 3 {
		p.Begin(uint64(step))
		if err := Backward(b.loss(p), 1); err != nil {
			t.Fatal(err)
		}
		// The gradient of x itself was copied into its parameter; the buffer
		// that carried it is the only one that stays until Reset.
		if n := mem.Lent(); n > 1 {
			t.Fatalf("%d buffers are still lent after backward", n)
		}
		mem.Reset()
	}
}

func TestReleaseInEvaluation(t *testing.T) {
	b := newBlock()
	mem := NewCPU()
	p := &Pass{Backend: mem}
	p.Begin(0)
	y := b.loss(p)
	v := Of(y).Floats()[0]
	p.Release(y)
	if mem.Lent() != 1 || Of(y).Floats()[0] != v {
		t.Errorf("%d buffers lent, want the kept one alone", mem.Lent())
	}
	p.Release()
	if mem.Lent() != 0 {
		t.Errorf("%d buffers lent after a release of all", mem.Lent())
	}
}

func TestSparseUpdateEqualsDense(t *testing.T) {
	table := func(sparse bool, decay float64) []float32 {
		p := randomParam(7, 4, 1)
		LayOutGradients([]*nn.Param{p})
		o := AdamW{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, LR: 0.01, Scale: 1, Decay: func(*nn.Param) float64 { return decay }}
		for step, ids := range [][]int32{{1, 4}, {4, 4, 0}, {6}, {1}} {
			grad := numbers(4*len(ids), uint64(step))
			if sparse {
				NewCPU().Run(scatter(Of(p), ids, -1, device.Host(grad)))
			} else {
				dense, _ := Of(p).param.dense()
				buf := dense.Floats()
				clear(buf)
				for i, id := range ids {
					for e := range 4 {
						buf[int(id)*4+e] += grad[i*4+e]
					}
				}
			}
			o.Step = step + 1
			if err := o.OptimizeParams(p); err != nil {
				t.Fatal(err)
			}
			p.ZeroGrad()
		}
		return slices.Clone(Of(p).Floats())
	}
	for _, decay := range []float64{0, 0.1} {
		t.Run(fmt.Sprint("decay=", decay), func(t *testing.T) {
			if got, want := table(true, decay), table(false, decay); !slices.Equal(got, want) {
				t.Errorf("sparse update\n %v\ndense\n %v", got, want)
			}
		})
	}
}
