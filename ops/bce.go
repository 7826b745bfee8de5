package ops

import (
	"fmt"
	"math"

	"github.com/nlpodyssey/spago/mat"
)

// BinaryCrossEntropy is the mean over the labelled rows of
// -log σ(x) for label 1 and -log(1-σ(x)) for label 0, the loss of a
// discriminator: x is [R, 1], labels has R entries, 0, 1 or Ignore. The result
// is [1, 1], NaN if no row is labelled; dx = (σ(x) - label)/n. It panics if a
// label is none of these.
func BinaryCrossEntropy(p *Pass, x mat.Tensor, labels []int32) mat.Tensor {
	if t := Of(x); t.cols != 1 || len(labels) != t.rows {
		panic(fmt.Sprintf("ops: binary cross entropy: %d labels for %v", len(labels), t.Shape()))
	}
	for _, l := range labels {
		if l != Ignore && l != 0 && l != 1 {
			panic(fmt.Sprintf("ops: binary cross entropy: label %d", l))
		}
	}
	return p.run(&binaryCrossEntropy{base: base{p: p, ins: []mat.Tensor{x}}, labels: labels})
}

type binaryCrossEntropy struct {
	base
	labels []int32
	n      int
}

func (o *binaryCrossEntropy) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	var total float64
	for r, l := range o.labels {
		if l == Ignore {
			continue
		}
		o.n++
		v := float64(x.data[r])
		total += max(v, 0) - v*float64(l) + math.Log1p(math.Exp(-math.Abs(v)))
	}
	y := o.p.alloc(1, 1)
	y.data[0] = float32(total / float64(o.n))
	return o.forwarded(y)
}

func (o *binaryCrossEntropy) Backward(gy mat.Tensor) error {
	x := Of(o.ins[0])
	dx := o.p.alloc(x.rows, 1)
	for r, l := range o.labels {
		dx.data[r] = 0
		if l != Ignore {
			dx.data[r] = float32((1/(1+math.Exp(-float64(x.data[r]))) - float64(l)) / float64(o.n))
		}
	}
	return o.hand(gy, dx)
}
