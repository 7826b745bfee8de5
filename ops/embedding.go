package ops

import (
	"fmt"
	"slices"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
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
	h := Of(o.lookups[0].Table).cols
	y := o.p.alloc(len(o.lookups[0].IDs), h)
	kernels.Parallel(chunks(y.rows), func(c int) {
		for t := c * rowChunk; t < min(y.rows, (c+1)*rowChunk); t++ {
			row := y.data[t*h : (t+1)*h]
			for i, l := range o.lookups {
				id := int(l.IDs[t])
				src := Of(l.Table).data[id*h : (id+1)*h]
				if i == 0 {
					copy(row, src)
					continue
				}
				kernels.AddSeq(row, src)
			}
		}
	})
	return o.forwarded(y)
}

func (o *embedding) Backward(gy mat.Tensor) error {
	dy := Of(gy).data
	for _, l := range o.lookups {
		if t := Of(l.Table); t.needsGrad {
			scatter(t, l.IDs, l.NoGrad, dy)
		}
	}
	o.finish()
	return nil
}

// scatter adds row t of dy to row ids[t] of the table's gradient, in order of t,
// work split over columns.
func scatter(table *Tensor, ids []int32, noGrad int32, dy []float32) {
	touched := slices.Clone(ids)
	slices.Sort(touched)
	touched = slices.Compact(touched)
	if i, ok := slices.BinarySearch(touched, noGrad); ok {
		touched = slices.Delete(touched, i, i+1)
	}
	buf, h := table.param.touch(touched), table.cols
	jobs := min(kernels.Threads(), (h+63)/64)
	kernels.Parallel(jobs, func(c int) {
		lo, hi := c*h/jobs, (c+1)*h/jobs
		for t, id := range ids {
			if id == noGrad {
				continue
			}
			kernels.AddSeq(buf[int(id)*h+lo:int(id)*h+hi], dy[t*h+lo:t*h+hi])
		}
	})
}

const rowChunk = 16

func chunks(rows int) int { return (rows + rowChunk - 1) / rowChunk }
