package positions

// Segments are the token types of the queries and keys of one sequence, for
// Funnel's attention: two tokens are of the same segment if their types are equal
// or one is clsType.
type Segments struct {
	Queries, Keys []int32
	// SeparateCls gives the first query and the first key no positional and no
	// segment scores.
	SeparateCls bool
}

// clsType is the token type of [CLS], which is of both segments.
const clsType = 2

func (g *Segments) same(query, key int32) bool {
	return key == query || key == clsType || query == clsType
}

// from returns the first key with positional and segment scores for query i: all
// have, none, or all but the first.
func (g *Segments) from(i int) int {
	switch {
	case !g.SeparateCls:
		return 0
	case i == 0:
		return len(g.Keys)
	}
	return 1
}

// Add adds to the scores s, [nq, nk], those of positions, laid out alike, and of
// segments, [nq, 2]: another one's, and the same one's. Scores of the keys from
// real on, which are padding, are lowered by a million.
func (g *Segments) Add(s, positions, segments []float32, real int) {
	nk := len(g.Keys)
	for i, own := range g.Queries {
		row, by := s[i*nk:(i+1)*nk], positions[i*nk:(i+1)*nk]
		other, same := segments[2*i], segments[2*i+1]
		for c := g.from(i); c < nk; c++ {
			if g.same(own, g.Keys[c]) {
				row[c] += by[c] + same
			} else {
				row[c] += by[c] + other
			}
		}
		for c := real; c < nk; c++ {
			row[c] -= 1e6
		}
	}
}

// Grad writes to positions and segments the gradients of Add's, from that of the
// scores.
func (g *Segments) Grad(positions, segments, ds []float32) {
	nk := len(g.Keys)
	clear(positions)
	clear(segments)
	for i, own := range g.Queries {
		row, c0 := ds[i*nk:(i+1)*nk], g.from(i)
		copy(positions[i*nk+c0:], row[c0:])
		for c := c0; c < nk; c++ {
			if g.same(own, g.Keys[c]) {
				segments[2*i+1] += row[c]
			} else {
				segments[2*i] += row[c]
			}
		}
	}
}
