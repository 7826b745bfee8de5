package ops

import (
	"fmt"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// numbers returns n numbers of about unit size, the same for the same seed.
func numbers(n int, seed uint64) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*6364136223846793005 + 1442695040888963407
		x[i] = float32(int32(seed>>32)) / (1 << 30)
	}
	return x
}

// gradTolerance is how far a gradient may lie from the central difference of a
// loss in float32.
var gradTolerance = golden.Tolerance{Abs: 2e-3, Rel: 0.02}

func randomParam(rows, cols int, seed uint64) *nn.Param {
	return NewParam(numbers(rows*cols, seed), rows, cols)
}

// checkGrad holds the gradients that f's backward gives params to central
// differences of a loss on top of f.
func checkGrad(t *testing.T, params []*nn.Param, train bool, f func(p *Pass) mat.Tensor) {
	t.Helper()
	LayOutGradients(params)
	mem := NewCPU()
	var gold []float32
	loss := func(grad bool) (mat.Tensor, float64) {
		p := &Pass{Backend: mem, Grad: grad, Train: train, Seed: 7}
		p.Begin(3)
		y := f(p)
		if gold == nil {
			gold = numbers(Of(y).Size(), 99)
		}
		l := y
		if Of(y).Size() > 1 {
			l = MSE(p, y, gold)
		}
		v := float64(Of(l).Floats()[0])
		if !grad {
			mem.Reset()
		}
		return l, v
	}
	for _, p := range params {
		p.ZeroGrad()
	}
	l, _ := loss(true)
	if err := Backward(l, 1); err != nil {
		t.Fatal(err)
	}
	mem.Reset()
	for i, p := range params {
		g := GradientOf(p).Values
		if g == nil {
			t.Fatalf("operand %d has no gradient", i)
		}
		x := Of(p).Floats()
		for e := 0; e < len(x); e += 1 + len(x)/40 {
			const h = 1e-2
			old := x[e]
			x[e] = old + h
			_, up := loss(false)
			x[e] = old - h
			_, down := loss(false)
			x[e] = old
			want := (up - down) / (2 * h)
			if !gradTolerance.Near(float64(g[e]), want) {
				t.Errorf("operand %d, element %d: gradient %g, central difference %g", i, e, g[e], want)
			}
		}
	}
}

func TestLinearGrad(t *testing.T) {
	for _, act := range []kernels.Act{kernels.Identity, kernels.GELU, kernels.GELUTanh, kernels.SiLU, kernels.Tanh} {
		t.Run(fmt.Sprint("act=", act), func(t *testing.T) {
			x, w, b := randomParam(5, 6, 1), randomParam(4, 6, 2), randomParam(1, 4, 3)
			checkGrad(t, []*nn.Param{x, w, b}, false, func(p *Pass) mat.Tensor {
				return Linear(p, x, act, []*nn.Param{w}, []*nn.Param{b})
			})
		})
	}
}

func TestLinearSideBySideGrad(t *testing.T) {
	x := randomParam(5, 6, 1)
	ws := []*nn.Param{randomParam(4, 6, 2), randomParam(3, 6, 3), randomParam(2, 6, 4)}
	bs := []*nn.Param{randomParam(1, 4, 5), nil, randomParam(1, 2, 6)}
	checkGrad(t, []*nn.Param{x, ws[0], ws[1], ws[2], bs[0], bs[2]}, false, func(p *Pass) mat.Tensor {
		return Linear(p, x, kernels.Identity, ws, bs)
	})
}

func TestSelfAttentionGrad(t *testing.T) {
	for _, causal := range []bool{false, true} {
		for _, dropout := range []float32{0, 0.3} {
			t.Run(fmt.Sprintf("causal=%v/dropout=%v", causal, dropout), func(t *testing.T) {
				qkv := randomParam(9, 24, 1)
				spec := AttentionSpec{Heads: 2, Offsets: []int32{0, 1, 5, 9}, Causal: causal, Dropout: dropout}
				checkGrad(t, []*nn.Param{qkv}, true, func(p *Pass) mat.Tensor { return SelfAttention(p, qkv, spec) })
			})
		}
	}
}

func TestCrossAttentionGrad(t *testing.T) {
	q, kv := randomParam(5, 8, 1), randomParam(7, 16, 2)
	spec := AttentionSpec{Heads: 2, Offsets: []int32{0, 2, 5}, KeyOff: []int32{0, 4, 7}, Dropout: 0.2}
	checkGrad(t, []*nn.Param{q, kv}, true, func(p *Pass) mat.Tensor { return CrossAttention(p, q, kv, spec) })
}

func TestNormGrad(t *testing.T) {
	x, r, w, b := randomParam(5, 8, 1), randomParam(5, 8, 2), randomParam(1, 8, 3), randomParam(1, 8, 4)
	t.Run("layer norm", func(t *testing.T) {
		checkGrad(t, []*nn.Param{x, w, b}, false, func(p *Pass) mat.Tensor { return LayerNorm(p, x, w, b, 1e-12) })
	})
	t.Run("residual", func(t *testing.T) {
		checkGrad(t, []*nn.Param{x, r, w, b}, true, func(p *Pass) mat.Tensor { return AddNorm(p, x, r, w, b, 1e-12, 0.3) })
	})
}

func TestDropoutGrad(t *testing.T) {
	x := randomParam(5, 8, 1)
	checkGrad(t, []*nn.Param{x}, true, func(p *Pass) mat.Tensor { return Dropout(p, x, 0.5) })
}

func TestEmbeddingGrad(t *testing.T) {
	a, b := randomParam(6, 4, 1), randomParam(3, 4, 2)
	checkGrad(t, []*nn.Param{a, b}, false, func(p *Pass) mat.Tensor {
		return Embedding(p, Lookup{a, []int32{5, 2, 2, 1}, -1}, Lookup{b, []int32{0, 0, 2, 0}, -1})
	})
}

func TestEmbeddingPaddingHasNoGradient(t *testing.T) {
	a := randomParam(6, 4, 1)
	LayOutGradients([]*nn.Param{a})
	p := &Pass{Backend: NewCPU(), Grad: true}
	y := Embedding(p, Lookup{a, []int32{0, 2, 0}, 0})
	if err := Backward(MSE(p, y, make([]float32, 12)), 1); err != nil {
		t.Fatal(err)
	}
	g := GradientOf(a)
	if !g.Sparse || len(g.Rows) != 1 || g.Rows[0] != 2 {
		t.Errorf("gradient in rows %v, want row 2 alone", g.Rows)
	}
	for i, v := range g.Values {
		if inTwo := i/4 == 2; (v != 0) != inTwo {
			t.Errorf("element %d has gradient %v", i, v)
		}
	}
}

func TestRowsGrad(t *testing.T) {
	x := randomParam(6, 4, 1)
	checkGrad(t, []*nn.Param{x}, false, func(p *Pass) mat.Tensor { return Rows(p, x, []int32{4, 0}) })
}

func TestCrossEntropyGrad(t *testing.T) {
	x := randomParam(4, 5, 1)
	checkGrad(t, []*nn.Param{x}, false, func(p *Pass) mat.Tensor { return CrossEntropy(p, x, []int32{1, Ignore, 0, 4}) })
}
