package ops

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nlpodyssey/spago/ag"
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// preNorm is a block of a pre-norm transformer, twice: what is added, and its norm; with
// apart the sum and the norm are operators of their own.
func (b layerParams) preNorm(p *Pass, apart bool) mat.Tensor {
	sumNorm := func(x, residual mat.Tensor) (sum, normed mat.Tensor) {
		if apart {
			sum = Add(p, x, residual, 0.3)
			return sum, LayerNorm(p, sum, b.w, b.b, 1e-12)
		}
		return SumNorm(p, x, residual, b.w, b.b, 1e-12, 0.3)
	}
	o := func(x mat.Tensor) mat.Tensor {
		return Linear(p, x, kernels.Tanh, []*nn.Param{b.wo}, []*nn.Param{b.bo})
	}
	sum, n := sumNorm(o(b.x), b.x)
	sum, n = sumNorm(o(n), sum)
	return Add(p, n, sum, 0.1)
}

func TestSumNormGrad(t *testing.T) {
	b := newBlock()
	checkGrad(t, []*nn.Param{b.x, b.wo, b.bo, b.w, b.b}, true, func(p *Pass) mat.Tensor { return b.preNorm(p, false) })
	t.Run("the norm alone is read", func(t *testing.T) {
		checkGrad(t, []*nn.Param{b.x, b.wo, b.w, b.b}, true, func(p *Pass) mat.Tensor {
			_, n := SumNorm(p, Linear(p, b.x, kernels.Identity, []*nn.Param{b.wo}, []*nn.Param{nil}), b.x, b.w, b.b, 1e-12, 0.3)
			return n
		})
	})
	t.Run("the sum alone is read", func(t *testing.T) {
		checkGrad(t, []*nn.Param{b.x, b.wo}, true, func(p *Pass) mat.Tensor {
			s, _ := SumNorm(p, Linear(p, b.x, kernels.Identity, []*nn.Param{b.wo}, []*nn.Param{nil}), b.x, b.w, b.b, 1e-12, 0.3)
			return s
		})
	})
	t.Run("what is added is frozen", func(t *testing.T) {
		frozen := randomParam(9, 8, 9)
		frozen.SetRequiresGrad(false)
		checkGrad(t, []*nn.Param{b.x, b.w, b.b}, true, func(p *Pass) mat.Tensor {
			s, n := SumNorm(p, frozen, b.x, b.w, b.b, 1e-12, 0.3)
			return Add(p, n, s, 0)
		})
	})
}

// A sum and its norm have the bytes of both one after the other, forward and backward,
// with fewer calls; in spago's own order of backward, too, which does not wait for a sum's
// other gradients.
func TestSumNormIsItsParts(t *testing.T) {
	run := func(apart bool, backward func(l mat.Tensor) error) (values []float32, calls map[string]int) {
		b := newBlock()
		params := []*nn.Param{b.x, b.wo, b.bo, b.w, b.b}
		LayOutGradients(params)
		cpu := device.NewCPU(parallel.New(1))
		calls = map[string]int{}
		p := &Pass{Backend: cpu, Grad: true, Train: true, Seed: 3}
		p.Begin(2)
		cpu.Observe(func(c device.Call, _ time.Duration) { calls[fmt.Sprintf("%T", c)]++ })
		loss := MSE(p, b.preNorm(p, apart), numbers(72, 50))
		values = append(values, Of(loss).Floats()[0])
		if err := backward(loss); err != nil {
			t.Fatal(err)
		}
		cpu.Observe(nil)
		calls["lent"] = cpu.Lent() // still, which are the parameters' gradients that were added
		return append(values, gradients(params)...), calls
	}
	walk := func(l mat.Tensor) error { return Backward(l, 1) }
	want, parts := run(true, walk)
	got, calls := run(false, walk)
	if !slices.Equal(got, want) {
		t.Error("a sum and its norm in one differ from both one after the other")
	}
	// The Add behind has a dropout forward and one backward, and the gradient of a parameter
	// that is read twice is added.
	if calls["lent"] != parts["lent"] {
		t.Errorf("%d buffers are still lent, want %d", calls["lent"], parts["lent"])
	}
	if drops, adds := calls["*device.Drop"], calls["*device.Add"]; drops != 2 || adds != 1 {
		t.Errorf("%d dropouts and %d additions of their own, want 2 and 1: %v; apart %v", drops, adds, calls, parts)
	}
	spagos, _ := run(false, func(l mat.Tensor) error {
		g := Of(l).pass.alloc(1, 1)
		g.Floats()[0] = 1
		l.AccGrad(g)
		return ag.Backward(l)
	})
	if len(spagos) != len(want) {
		t.Fatalf("%d numbers, want %d", len(spagos), len(want))
	}
	for i := range want {
		if !gradTolerance.Near(float64(spagos[i]), float64(want[i])) {
			t.Errorf("number %d is %g in spago's order, want %g", i, spagos[i], want[i])
		}
	}
}

// The norm has the work of both: the sum's operands forward, and backward both gradients of
// the sum, where it has two.
func TestCostOfSumNorm(t *testing.T) {
	const n = 9 * 8
	for _, other := range []bool{false, true} {
		b := newBlock()
		x := randomParam(9, 8, 20)
		LayOutGradients([]*nn.Param{x, b.x, b.w, b.b})
		p := &Pass{Backend: NewCPU(), Grad: true, Train: true, Trace: &Trace{}, Seed: 7}
		sum, normed := SumNorm(p, x, b.x, b.w, b.b, 1e-12, 0.1)
		read := []mat.Tensor{normed}
		if other {
			read = append(read, sum)
		}
		for _, y := range read {
			g := p.alloc(9, 8)
			clear(g.Floats())
			Of(y).AccGrad(g)
		}
		if err := p.walk(); err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Trace.Costs() {
			want := 0
			switch {
			case c.Name == "add":
			case !c.Backward: // x and residual, sum and norm, weight and bias, mean and deviation
				want = 4*n + 2*8 + 2*9
			default: // the norm's gradient and the sum, x's and the residual's gradients, and the sum's
				want = 4*n + n*b2i(other) + 2*2*8 + 2*9
			}
			if c.Bytes != 4*float64(want) {
				t.Errorf("%s, backward=%t, read elsewhere=%t: %v bytes, want %v", c.Name, c.Backward, other, c.Bytes, 4*want)
			}
		}
	}
}
