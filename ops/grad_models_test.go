package ops

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

func TestAddGrad(t *testing.T) {
	x, r := randomParam(5, 8, 1), randomParam(5, 8, 2)
	checkGrad(t, []*nn.Param{x, r}, true, func(p *Pass) mat.Tensor { return Add(p, x, r, 0.3) })
	t.Run("onto itself", func(t *testing.T) {
		checkGrad(t, []*nn.Param{x}, false, func(p *Pass) mat.Tensor { return Add(p, x, x, 0) })
	})
}

func TestThroughGrad(t *testing.T) {
	x, w := randomParam(5, 4, 1), randomParam(4, 4, 2)
	checkGrad(t, []*nn.Param{x, w}, false, func(p *Pass) mat.Tensor {
		a := Linear(p, x, kernels.Tanh, []*nn.Param{w}, []*nn.Param{nil})
		b := Through(p, a)
		c := Through(p, b)
		return Add(p, Add(p, a, b, 0), c, 0)
	})
}

func TestConv1DGrad(t *testing.T) {
	for _, act := range []kernels.Act{kernels.Identity, kernels.GELUTanh} {
		x, w, b := randomParam(5, 6, 1), randomParam(6, 4, 2), randomParam(1, 4, 3)
		checkGrad(t, []*nn.Param{x, w, b}, false, func(p *Pass) mat.Tensor { return Conv1D(p, x, act, w, b) })
	}
}

func TestPoolPairsGrad(t *testing.T) {
	for _, largest := range []bool{false, true} {
		t.Run(fmt.Sprint("largest=", largest), func(t *testing.T) {
			x := randomParam(7, 4, 1)
			checkGrad(t, []*nn.Param{x}, false, func(p *Pass) mat.Tensor {
				return PoolPairs(p, x, []Pair{{0, 0}, {1, 2}, {5, 3}}, largest)
			})
		})
	}
}

func TestPoolPairsPicksTheFirstOfEquals(t *testing.T) {
	x := NewParam([]float32{1, 1}, 2, 1)
	LayOutGradients([]*nn.Param{x})
	p := &Pass{Backend: NewCPU(), Grad: true}
	if err := Backward(MSE(p, PoolPairs(p, x, []Pair{{0, 1}}, true), []float32{0}), 1); err != nil {
		t.Fatal(err)
	}
	if g := GradientOf(x).Values; g[0] != 2 || g[1] != 0 {
		t.Errorf("gradient %v, want all of it at the first", g)
	}
}

func TestGatherAddGrad(t *testing.T) {
	a, b := randomParam(6, 4, 1), randomParam(3, 4, 2)
	checkGrad(t, []*nn.Param{a, b}, false, func(p *Pass) mat.Tensor {
		return GatherAdd(p, a, []int32{0, 5, 3, 2}, b, []int32{2, 2, -1, 0})
	})
}

func TestBinaryCrossEntropyGrad(t *testing.T) {
	x := randomParam(5, 1, 1)
	checkGrad(t, []*nn.Param{x}, false, func(p *Pass) mat.Tensor {
		return BinaryCrossEntropy(p, x, []int32{1, 0, Ignore, 1, 0})
	})
}

// relativeCase is an attention of two sequences, pooled or not.
type relativeCase struct {
	pooled, cls, factorized bool
	dropout                 float32
}

func (c relativeCase) run(p *Pass, q, kv *nn.Param, w RelativeParams) mat.Tensor {
	s := RelativeSpec{Heads: 2, SeparateCls: c.cls, Dropout: c.dropout}
	enc := NewSinusoids(6).Encode(p, c.dropout)
	keys := []int32{0, 4, 9}
	keyTypes := []int32{2, 0, 1, 0, 2, 0, 0, 1, 1}
	at := []int32{0, 1, 2, 3, 0, 1, 2, 3, 4}
	s.KeyOff, s.KeyTypes, s.KeyReal = keys, keyTypes, []int32{3, 5}
	if !c.pooled {
		s.Offsets, s.Types = keys, keyTypes
		if c.factorized {
			s.Positions = enc.Factorized(at, at)
		} else {
			s.Positions = enc.Shifted(0, 1, 1, 5, 5)
		}
		return RelativeAttention(p, q, nil, w, s)
	}
	s.Offsets, s.Types = []int32{0, 2, 5}, []int32{2, 0, 2, 0, 1}
	if c.factorized {
		s.Positions = enc.Factorized([]int32{0, 1, 0, 1, 3}, at)
	} else {
		s.Positions = enc.Shifted(-1, 1, 2, 3, 5)
	}
	return RelativeAttention(p, q, kv, w, s)
}

func relativeParams() RelativeParams {
	return RelativeParams{WordBias: randomParam(2, 3, 3), PositionBias: randomParam(2, 3, 4), TypeBias: randomParam(2, 3, 5),
		Kernel: randomParam(12, 3, 6), Types: randomParam(4, 3, 7)}
}

func (c relativeCase) String() string {
	return fmt.Sprintf("pooled=%v/cls=%v/factorized=%v/dropout=%v", c.pooled, c.cls, c.factorized, c.dropout)
}

func relativeCases(dropout ...float32) (all []relativeCase) {
	for i := range 8 {
		for _, d := range dropout {
			all = append(all, relativeCase{i&1 > 0, i&2 > 0, i&4 > 0, d})
		}
	}
	return all
}

func TestRelativeAttentionGrad(t *testing.T) {
	for _, c := range relativeCases(0, 0.2) {
		t.Run(c.String(), func(t *testing.T) {
			w := relativeParams()
			params := []*nn.Param{w.WordBias, w.PositionBias, w.TypeBias, w.Kernel, w.Types}
			q, kv := randomParam(9, 18, 1), (*nn.Param)(nil)
			if c.pooled {
				q, kv = randomParam(5, 6, 1), randomParam(9, 12, 2)
				params = append(params, kv)
			}
			checkGrad(t, append(params, q), true, func(p *Pass) mat.Tensor { return c.run(p, q, kv, w) })
		})
	}
}

func TestFactorizedEqualsShifted(t *testing.T) {
	for _, c := range relativeCases(0) {
		if c.factorized || !c.cls { // without separate [CLS] the pooled positions begin at 0
			continue
		}
		w := relativeParams()
		q, kv := randomParam(9, 18, 1), randomParam(9, 12, 2)
		if c.pooled {
			q = randomParam(5, 6, 1)
		}
		p := &Pass{Backend: NewCPU()}
		a := Of(c.run(p, q, kv, w)).Floats()
		c.factorized = true
		b := Of(c.run(p, q, kv, w)).Floats()
		golden.Near(t, fmt.Sprintf("%v: factorized", c), b, a, golden.Within(1e-5))
	}
}

func TestRelativeAttentionDoesNotDependOnThreads(t *testing.T) {
	for _, c := range relativeCases(0.2) {
		var want []float32
		for _, n := range []int{1, 2, 3, 8, 64} {
			w := relativeParams()
			q, kv := randomParam(9, 18, 1), randomParam(9, 12, 2)
			if c.pooled {
				q = randomParam(5, 6, 1)
			}
			params := []*nn.Param{w.WordBias, w.PositionBias, w.TypeBias, w.Kernel, w.Types, q, kv}
			LayOutGradients(params)
			p := &Pass{Backend: device.NewCPU(parallel.New(n)), Grad: true, Train: true, Seed: 3}
			y := c.run(p, q, kv, w)
			if err := Backward(MSE(p, y, numbers(Of(y).Size(), 9)), 1); err != nil {
				t.Fatal(err)
			}
			var got []float32
			for _, x := range params {
				got = append(got, GradientOf(x).Values...)
			}
			if want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Errorf("%v: gradients on %d threads differ from those on one", c, n)
			}
		}
	}
}

func TestCachedAttentionInPartsEqualsWhole(t *testing.T) {
	const h, heads = 8, 2
	qkv := randomParam(9, 3*h, 1) // sequences of 4 and 5 tokens
	p := &Pass{Backend: NewCPU()}
	whole := Of(SelfAttention(p, qkv, AttentionSpec{Heads: heads, Offsets: []int32{0, 4, 9}, Causal: true})).Floats()
	c := NewCache(p, 2, 5, h)
	take := func(rows ...int32) mat.Tensor { return Rows(p, qkv, rows) }
	first := Of(CachedAttention(p, take(0, 1, 4, 5, 6), c, AttentionSpec{Heads: heads, Offsets: []int32{0, 2, 5}})).Floats()
	c.Reorder([]int{1, 0}) // and the sequences change places
	second := Of(CachedAttention(p, take(7, 8, 2, 3), c, AttentionSpec{Heads: heads, Offsets: []int32{0, 2, 4}})).Floats()
	got := slices.Concat(first[:2*h], second[2*h:], first[2*h:], second[:2*h])
	golden.Near(t, "in parts", got, whole, golden.Within(1e-6))
	if !slices.Equal(c.Lens(), []int32{5, 4}) {
		t.Errorf("lengths %v", c.Lens())
	}
}

func TestCacheReorder(t *testing.T) {
	const h, heads = 4, 2
	p := &Pass{Backend: NewCPU()}
	qkv := randomParam(6, 3*h, 1)
	feed := func(c *Cache, rows ...int32) []float32 {
		off := make([]int32, len(rows)+1)
		for i := range off {
			off[i] = int32(i)
		}
		return Of(CachedAttention(p, Rows(p, qkv, rows), c, AttentionSpec{Heads: heads, Offsets: off})).Floats()
	}
	for _, from := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 1, 1}, {2, 2, 0}, {0}, {1, 0, 1, 2, 1}} {
		c := NewCache(p, 3, 2, h)
		feed(c, 0, 1, 2)
		c.Reorder(from)
		for i, f := range from {
			want := NewCache(p, 1, 2, h)
			feed(want, int32(f))
			if c.lens[i] != 1 || !slices.Equal(c.data[i].Floats()[:2*h], want.data[0].Floats()[:2*h]) {
				t.Errorf("%v: sequence %d is not what %d was", from, i, f)
			}
			for k := range i { // no two share memory
				if &c.data[i].Floats()[0] == &c.data[k].Floats()[0] {
					t.Errorf("%v: sequences %d and %d are one", from, i, k)
				}
			}
		}
	}
}
