package pieces

import "math"

// joint is a pair of neighbouring links that may become one.
type joint struct {
	order uint64 // its rank, then the left link: the lowest is joined first
	what  int32  // the model's own: which pair it was, to tell whether it still stands
}

func jointOf(rank uint32, left, what int32) joint {
	return joint{uint64(rank)<<32 | uint64(uint32(left)), what}
}

func (j joint) rank() uint32 { return uint32(j.order >> 32) }
func (j joint) left() int32  { return int32(uint32(j.order)) }

// rankOf is the rank of a score: the higher the score, the lower.
func rankOf(score float32) uint32 {
	bits := math.Float32bits(score + 0) // -0 is 0
	if bits>>31 != 0 {
		return bits
	}
	return ^bits &^ (1 << 31)
}

// joints is a binary heap, the lowest first.
type joints []joint

func (h *joints) push(j joint) {
	q := append(*h, j)
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if q[up].order <= q[i].order {
			break
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
	*h = q
}

func (h *joints) pop() joint {
	q := *h
	top, last := q[0], len(q)-1
	q[0] = q[last]
	q = q[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			break
		}
		if down+1 < last && q[down+1].order < q[down].order {
			down++
		}
		if q[i].order <= q[down].order {
			break
		}
		q[i], q[down] = q[down], q[i]
		i = down
	}
	*h = q
	return top
}
