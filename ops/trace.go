package ops

import (
	"cmp"
	"slices"
	"time"

	"github.com/nlpodyssey/spago/ag"
)

// Trace adds up where the time of a pass goes, operator by operator.
type Trace struct {
	Begins func(name string, backward bool) // hears what comes next; may be nil
	ops    map[string]*OpCost
}

func (t *Trace) begin(f ag.AutoGradFunction, backward bool) { t.Begin(f.(coster).name(), backward) }

// Begin says that work begins which Add will count.
func (t *Trace) Begin(name string, backward bool) {
	if t.Begins != nil {
		t.Begins(name, backward)
	}
}

// OpCost is what the operators of one name took, in one direction.
type OpCost struct {
	Name     string
	Backward bool
	Calls    int
	Time     time.Duration
	FLOPs    float64 // of matrix products, a multiplication and an addition counted as two
	Bytes    float64 // of operands, results and what is kept for backward, counted once each
}

func (t *Trace) add(f ag.AutoGradFunction, backward bool, d time.Duration) {
	c := f.(coster)
	t.Add(c.name(), backward, d, c.flops(backward), c.bytes(backward))
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
