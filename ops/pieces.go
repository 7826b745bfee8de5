package ops

import (
	"math"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// piece is a part of a parameter that one thread takes at a time: the elements,
// or where only some rows count the entries of their list, from from on to to.
// Small parameters, of which a model has many, are updated side by side.
type piece struct {
	of       int // which parameter
	from, to int
	sparse   bool
}

// pieceSize is the number of elements of a piece: a few microseconds' work. It is
// fixed, for the norm's sums depend on it.
const pieceSize = 16384

// cut appends the pieces of t, or if sparse of so many rows of it, to all.
func cut(all []piece, of int, t *Tensor, sparse bool, rows int) []piece {
	n, step := len(t.data), pieceSize
	if sparse {
		n, step = rows, max(1, pieceSize/t.cols)
	}
	for from := 0; from < n; from += step {
		all = append(all, piece{of, from, min(n, from+step), sparse})
	}
	return all
}

// GradNorm computes the global norm of gradients. Those of weights have their
// squares from the product that made them; the others are read once more. Its
// zero value is ready.
type GradNorm struct {
	pieces []piece // reused from step to step
	sums   []float64
}

// Of returns the norm of the gradients of params, each counted once; not finite
// if one of them is not.
func (n *GradNorm) Of(params []*nn.Param) float64 {
	n.pieces = n.pieces[:0]
	var total float64
	for i, p := range params {
		if known := Of(p).param; known.squared {
			total += known.squares
		} else if g := GradientOf(p); g.Values != nil {
			n.pieces = cut(n.pieces, i, Of(p), g.Sparse, len(g.Rows))
		}
	}
	if len(n.sums) < len(n.pieces) {
		n.sums = make([]float64, len(n.pieces))
	}
	kernels.Parallel(len(n.pieces), func(i int) {
		piece := &n.pieces[i]
		p := params[piece.of]
		n.sums[i] = piece.squares(GradientOf(p), Of(p).cols)
	})
	for _, s := range n.sums[:len(n.pieces)] {
		total += s
	}
	return math.Sqrt(total)
}

// squares returns the sum of the squares of the piece of g.
func (p *piece) squares(g Gradient, cols int) float64 {
	if !p.sparse {
		return kernels.SumSquares(g.Values[p.from:p.to])
	}
	var total float64
	for _, r := range g.Rows[p.from:p.to] {
		total += kernels.SumSquares(g.Values[int(r)*cols : (int(r)+1)*cols])
	}
	return total
}
