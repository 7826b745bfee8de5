package ops

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels/parallel"
)

// distanceCase is an attention of sequences of 1, 4 and 5 tokens over tables of
// rows that stand for one distance, or for two that are far.
type distanceCase struct {
	byQuery, byKey, shared, subset, causal bool
	dropout, scale                         float32
}

func (c distanceCase) String() string {
	type plain distanceCase
	return fmt.Sprintf("%+v", plain(c))
}

func (c distanceCase) spec(tables ...*nn.Param) (AttentionSpec, DistanceSpec) {
	spec := AttentionSpec{Heads: 2, Offsets: []int32{0, 1, 5, 10}, Causal: c.causal, Dropout: c.dropout}
	by := DistanceSpec{Rows: []int32{0, 0, 1, 2, 3, 4, 5, 6, 6}, Zero: 4, Scale: c.scale}
	if c.byQuery {
		by.ByQuery = tables[0]
	}
	if c.byKey {
		by.ByKey = tables[1]
	}
	if c.subset {
		spec.KeyOff, spec.Offsets = spec.Offsets, []int32{0, 1, 3, 4}
		by.At = []int32{0, 1, 3, 4}
	}
	return spec, by
}

func (c distanceCase) run(p *Pass, params []*nn.Param, tables ...*nn.Param) mat.Tensor {
	spec, by := c.spec(tables...)
	if c.subset {
		return DistanceAttention(p, params[0], params[1], spec, by)
	}
	return DistanceAttention(p, params[0], nil, spec, by)
}

// inputs returns queries with keys and values, and the two tables.
func (c distanceCase) inputs() (params, tables []*nn.Param) {
	width := 6
	if c.shared {
		width = 3
	}
	tables = []*nn.Param{randomParam(7, width, 3), randomParam(7, width, 4)}
	if c.subset {
		return []*nn.Param{randomParam(4, 6, 1), randomParam(10, 12, 2)}, tables
	}
	return []*nn.Param{randomParam(10, 18, 1)}, tables
}

var distanceCases = []distanceCase{
	{byQuery: true}, {byKey: true}, {byQuery: true, byKey: true, dropout: 0.2}, {byQuery: true, shared: true, causal: true},
	{byQuery: true, byKey: true, shared: true, scale: 0.7}, {byQuery: true, byKey: true, subset: true}, {},
}

func TestDistanceAttentionGrad(t *testing.T) {
	for _, c := range distanceCases {
		t.Run(c.String(), func(t *testing.T) {
			params, tables := c.inputs()
			all := slices.Clone(params)
			if c.byQuery {
				all = append(all, tables[0])
			}
			if c.byKey {
				all = append(all, tables[1])
			}
			checkGrad(t, all, true, func(p *Pass) mat.Tensor { return c.run(p, params, tables...) })
		})
	}
}

// TestDistanceAttentionByTheFormula computes every score by itself.
func TestDistanceAttentionByTheFormula(t *testing.T) {
	for _, c := range distanceCases {
		c.dropout = 0
		params, tables := c.inputs()
		got := Of(c.run(&Pass{Backend: NewCPU()}, params, tables...)).Floats()
		spec, by := c.spec(tables...)
		const d, h = 3, 6
		dot := func(x, y []float32) (sum float64) {
			for e := range d {
				sum += float64(x[e]) * float64(y[e])
			}
			return sum
		}
		table := func(p mat.Tensor, row int32, head int) []float32 {
			if c.shared {
				head = 0
			}
			return Of(p).Floats()[int(row)*Of(p).cols+head*d:]
		}
		q, kv, qw, kw, ko := params[0], params[len(params)-1], 3*h, 3*h, h
		keyOff := spec.Offsets
		if c.subset {
			qw, kw, ko, keyOff = h, 2*h, 0, spec.KeyOff
		}
		content := 1 / math.Sqrt(d)
		distance := content
		if c.scale != 0 {
			distance = float64(c.scale)
		}
		want := make([]float32, len(got))
		for s := range len(spec.Offsets) - 1 {
			for r := spec.Offsets[s]; r < spec.Offsets[s+1]; r++ {
				at := r - spec.Offsets[s]
				if c.subset {
					at = by.At[r]
				}
				for head := range 2 {
					query := Of(q).Floats()[int(r)*qw+head*d:]
					var weights []float64
					var sum float64
					for k := keyOff[s]; k < keyOff[s+1]; k++ {
						key := Of(kv).Floats()[int(k)*kw+ko+head*d:]
						score, row := content*dot(query, key), by.Rows[int(at-(k-keyOff[s]))+by.Zero]
						if c.byQuery {
							score += distance * dot(query, table(by.ByQuery, row, head))
						}
						if c.byKey {
							score += distance * dot(key, table(by.ByKey, row, head))
						}
						if c.causal && k-keyOff[s] > at {
							score = math.Inf(-1)
						}
						weights = append(weights, math.Exp(score))
						sum += math.Exp(score)
					}
					for e := range d {
						var v float64
						for i, w := range weights {
							v += w / sum * float64(Of(kv).Floats()[(int(keyOff[s])+i)*kw+ko+h+head*d+e])
						}
						want[int(r)*h+head*d+e] = float32(v)
					}
				}
			}
		}
		golden.Near(t, c.String(), got, want, golden.Within(2e-6))
	}
}

func TestDistanceAttentionDoesNotDependOnThreads(t *testing.T) {
	for _, c := range distanceCases {
		var want []float32
		for _, n := range []int{1, 2, 3, 8, 64} {
			params, tables := c.inputs()
			all := append(slices.Clone(params), tables...)
			LayOutGradients(all)
			p := &Pass{Backend: device.NewCPU(parallel.New(n)), Grad: true, Train: true, Seed: 3}
			y := c.run(p, params, tables...)
			if err := Backward(MSE(p, y, numbers(Of(y).Size(), 9)), 1); err != nil {
				t.Fatal(err)
			}
			var got []float32
			for _, x := range all {
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

// TestCostOfDistanceAttention counts content, and a table's rows by their
// distances: of 4 tokens 7, of 5 tokens 9, of which two pairs are one row.
func TestCostOfDistanceAttention(t *testing.T) {
	c := distanceCase{byQuery: true, byKey: true}
	params, tables := c.inputs()
	LayOutGradients(append(slices.Clone(params), tables...))
	p := &Pass{Backend: NewCPU(), Grad: true, Trace: &Trace{}}
	y := c.run(p, params, tables...)
	if err := Backward(MSE(p, y, numbers(Of(y).Size(), 9)), 1); err != nil {
		t.Fatal(err)
	}
	const heads, d = 2, 3
	want := 2 * heads * d * float64(2*(1+16+25)+2*(1*1+4*7+5*7))
	for _, got := range p.Trace.Costs() {
		if got.Name == "attention" && got.FLOPs != want*float64(1+b2i(got.Backward)) {
			t.Errorf("backward=%v: %v FLOPs, want %v", got.Backward, got.FLOPs, want)
		}
	}
}
