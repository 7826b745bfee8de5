package kernels

import "math"

// MaskFuture sets the scores of keys behind each query's own position to -Inf: s
// is [nq, nk], and the queries are the last nq of nk positions.
func MaskFuture(s []float32, nq, nk int) {
	for r := range nq {
		row := s[r*nk : (r+1)*nk]
		for c := r + nk - nq + 1; c < nk; c++ {
			row[c] = float32(math.Inf(-1))
		}
	}
}
