package models

import (
	"fmt"

	"github.com/lmkor/bench/ops"
)

// ReorderOutputs makes output i of a head for labels what output order[i] was:
// the rows of its last layer change places. It panics if order is not one of
// all the outputs, or the model has no such head.
func (m *Model) ReorderOutputs(order []int) {
	last := len(m.params) - 1
	for last >= 0 && !m.params[last].task {
		last--
	}
	if last < 0 || len(order) != m.Head.Labels {
		panic(fmt.Sprintf("models: %d outputs put in order, of a %s head of %d", len(order), m.Head.Kind, m.Head.Labels))
	}
	// A weight [labels, width], and behind it a bias [labels] where there is one.
	for i := last; ; i-- {
		m.params[i].reorderRows(order)
		if i == 0 || len(m.params[i].Shape) > 1 {
			return
		}
	}
}

// reorderRows makes row i what row order[i] was.
func (p Param) reorderRows(order []int) {
	if p.Shape[0] != len(order) {
		panic(fmt.Sprintf("models: %s %v in an order of %d rows", p.Name, p.Shape, len(order)))
	}
	old := p.Floats()
	width := len(old) / len(order)
	values := make([]float32, len(old))
	for i, from := range order {
		copy(values[i*width:(i+1)*width], old[from*width:(from+1)*width])
	}
	ops.Of(p.Param).Set(values)
}
