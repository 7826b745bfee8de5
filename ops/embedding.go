package ops

import (
	"fmt"
	"slices"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// Lookup is one table of an embedding: row IDs[t] of Table, [V, H], for token t.
type Lookup struct {
	Table *nn.Param
	IDs   []int32
	// NoGrad is the row that gets no gradient, as PyTorch's padding_idx, or -1.
	NoGrad int32
}

// Embedding returns the sum of the lookups' rows, [T, H]. Gradients go to the
// rows in use only. It panics if an id is outside its table.
func Embedding(p *Pass, lookups ...Lookup) mat.Tensor {
	o := &embedding{base: base{p: p}, lookups: lookups}
	t, h := len(lookups[0].IDs), Of(lookups[0].Table).cols
	for _, l := range lookups {
		table := Of(l.Table)
		if len(l.IDs) != t || table.cols != h {
			panic(fmt.Sprintf("ops: embedding: %d ids into %v beside %d of width %d", len(l.IDs), table.Shape(), t, h))
		}
		for _, id := range l.IDs {
			if id < 0 || int(id) >= table.rows {
				panic(fmt.Sprintf("ops: embedding: id %d in a table of %d rows", id, table.rows))
			}
		}
		o.ins = append(o.ins, l.Table)
	}
	return p.run(o)
}

type embedding struct {
	base
	lookups []Lookup
}

func (o *embedding) Forward() (mat.Tensor, error) {
	y := o.p.alloc(len(o.lookups[0].IDs), Of(o.lookups[0].Table).cols)
	call := device.Gather{Y: y.buf, Cols: y.cols}
	for _, l := range o.lookups {
		call.Lookups = append(call.Lookups, device.Lookup{Table: Of(l.Table).buf, IDs: l.IDs})
	}
	o.p.Backend.Run(&call)
	return o.forwarded(y)
}

func (o *embedding) Backward(gy mat.Tensor) error {
	for _, l := range o.lookups {
		if t := Of(l.Table); t.needsGrad {
			o.p.Backend.Run(scatter(t, l.IDs, l.NoGrad, Of(gy).buf))
		}
	}
	o.finish()
	return nil
}

// scatter is the call that adds row t of dy to row ids[t] of the table's gradient.
func scatter(table *Tensor, ids []int32, noGrad int32, dy device.Buffer) *device.ScatterAdd {
	touched := slices.Clone(ids)
	slices.Sort(touched)
	touched = slices.Compact(touched)
	if i, ok := slices.BinarySearch(touched, noGrad); ok {
		touched = slices.Delete(touched, i, i+1)
	}
	return &device.ScatterAdd{Dst: table.touch(touched), IDs: ids, Skip: noGrad, Src: dy, Cols: table.cols}
}
