package ops

import (
	"cmp"
	"slices"
	"time"

	"github.com/nlpodyssey/spago/ag"
)

// Trace adds up where the time of a pass goes, operator by operator.
type Trace struct {
	ops map[string]*OpCost
}

// OpCost is what the operators of one name took, in one direction.
type OpCost struct {
	Name     string
	Backward bool
	Calls    int
	Time     time.Duration
	FLOPs    float64 // of matrix products, a multiplication and an addition counted as two
	Bytes    float64 // read and written, counted once each
}

// coster is an operator that knows its work.
type coster interface {
	// cost returns the name, the FLOPs of the matrix products and the bytes
	// read and written of the forward direction, each once.
	cost() (name string, flops, bytes float64)
}

func (t *Trace) add(f ag.AutoGradFunction, backward bool, d time.Duration) {
	name, flops, bytes := "other", 0.0, 0.0
	if c, ok := f.(coster); ok {
		name, flops, bytes = c.cost()
	}
	if backward { // one product for the input's gradient, one for the weight's
		flops, bytes = 2*flops, 2*bytes
	}
	t.Add(name, backward, d, flops, bytes)
}

// Add counts work that no operator of a graph does, such as the optimizer's.
func (t *Trace) Add(name string, backward bool, d time.Duration, flops, bytes float64) {
	key := name
	if backward {
		key += "/backward"
	}
	if t.ops == nil {
		t.ops = map[string]*OpCost{}
	}
	o := t.ops[key]
	if o == nil {
		o = &OpCost{Name: name, Backward: backward}
		t.ops[key] = o
	}
	o.Calls++
	o.Time += d
	o.FLOPs += flops
	o.Bytes += bytes
}

// FLOPs returns what was added up of matrix products; t may be nil.
func (t *Trace) FLOPs() float64 {
	if t == nil {
		return 0
	}
	var total float64
	for _, o := range t.Costs() { // in an order, for the sum's sake
		total += o.FLOPs
	}
	return total
}

// Costs returns the sums, the most expensive first.
func (t *Trace) Costs() []OpCost {
	var all []OpCost
	for _, o := range t.ops {
		all = append(all, *o)
	}
	slices.SortFunc(all, func(a, b OpCost) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// Reset forgets what was added up.
func (t *Trace) Reset() { clear(t.ops) }

func (o *linear) cost() (string, float64, float64) {
	x := Of(o.x)
	n, in, out := float64(x.rows), float64(x.cols), float64(o.out_)
	return "linear", 2 * n * in * out, 4 * (n*in + in*out + n*out)
}

func (o *attention) cost() (string, float64, float64) {
	d := float64(o.h / o.spec.Heads)
	var pairs float64
	for _, j := range o.jobs {
		pairs += float64(j.nq * j.nk)
	}
	return "attention", 4 * pairs * d, 4 * (2*pairs + 4*float64(len(o.spec.Offsets))*d)
}

func (o *norm) cost() (string, float64, float64) {
	n := 2.0
	if o.residual != nil {
		n = 5
	}
	return "layer norm", 0, 4 * n * float64(Of(o.b).Size()) * float64(len(o.mean))
}

func (o *embedding) cost() (string, float64, float64) {
	n := float64(len(o.lookups[0].IDs) * Of(o.lookups[0].Table).cols)
	return "embedding", 0, 4 * n * float64(1+len(o.lookups))
}

func (o *dropout) cost() (string, float64, float64) {
	return "dropout", 0, 8 * float64(Of(o.ins[0]).Size())
}

func (o *rows) cost() (string, float64, float64) { return "rows", 0, 8 * float64(len(o.idx)) }

func (o *crossEntropy) cost() (string, float64, float64) {
	return "loss", 0, 8 * float64(Of(o.ins[0]).Size())
}

func (o *mse) cost() (string, float64, float64) { return "loss", 0, 8 * float64(len(o.gold)) }
