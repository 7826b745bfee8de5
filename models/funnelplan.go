package models

import "github.com/lmkor/bench/ops"

// funnelLevel is the state of a batch within a block: what pooling has left.
type funnelLevel struct {
	offsets []int32 // B+1
	real    []int32 // of each sequence, how many rows from the first are no padding
	types   []int32 // of each row: the token type of the first token that it stands for
	at      []int32 // of each row: that token's position
	longest int
}

// funnelPool is the step from one level to the next.
type funnelPool struct {
	pairs []ops.Pair
	to    funnelLevel
}

// funnelPlan is everything about a batch that follows from its lengths.
type funnelPlan struct {
	ids    []int32 // with padding where it takes part
	levels []funnelPool
	tokens []int32 // row of each of the batch's tokens on the first level
	up     []int32 // row on the last level that stands for each token, -1: none
}

// funnelShape is what of a config decides lengths.
type funnelShape struct {
	blocks             int
	separate, truncate bool
	shifted            bool // relative_shift, which refuses short inputs
}

func (c *Config) funnelShape() funnelShape {
	return funnelShape{len(c.BlockSizes), c.SeparateCls, c.SeparateCls && c.TruncateSeq, c.AttentionType == "relative_shift"}
}

// pools reports whether n rows are enough to be pooled.
func (f funnelShape) pools(n int) bool {
	if f.separate {
		return n > 2
	}
	return n > 1
}

// pooled returns how many rows pooling leaves of n.
func (f funnelShape) pooled(n int) int {
	switch {
	case !f.pools(n):
		return n
	case f.separate && !f.truncate:
		n++
	}
	return (n + 1) / 2
}

// pair returns the rows that become row r, of n; the last may be alone.
func (f funnelShape) pair(r, n int) (a, b int) {
	switch {
	case !f.pools(n):
		return r, r
	case f.separate && r == 0:
		return 0, 0
	case f.separate:
		a, b = 2*r-1, 2*r
		if f.truncate {
			n--
		}
	default:
		a, b = 2*r, 2*r+1
	}
	if b >= n {
		b = a
	}
	return a, b
}

// pooledReal returns how many rows, from the first, hold nothing of padding,
// after pooling n rows of which real were so.
func (f funnelShape) pooledReal(real, n int) int {
	r := 0
	for r < f.pooled(n) {
		if a, b := f.pair(r, n); max(a, b) >= real {
			break
		}
		r++
	}
	return r
}

// works reports whether the reference computes anything for n tokens. With
// relative_shift it gathers encodings of distances for every block, pooled or
// not, from a table of -2n to 2n-1, and shifts them by reshaping: it raises an
// error where the table or a row of it is too short.
func (f funnelShape) works(n int) bool {
	if !f.shifted {
		return true
	}
	// Positions are evenly spaced by the block's stride. They are counted apart
	// from the rows, which stop being pooled when there are two.
	first, count, rows := 0, n, n
	for b := range f.blocks {
		stride := 1 << b
		if b > 0 {
			before, last := first, first+(count-1)*stride/2
			first, count = f.pooledPositions(stride, count)
			// Pooled queries to keys of the block before.
			near := first - before + count*stride
			if far := first - last; near >= 2*n || near-(near-far)/(stride/2)*(stride/2) < -2*n {
				return false
			}
			rows = f.pooled(rows)
		}
		if count*stride >= 2*n || (count-1)*stride > 2*n || 2*count-1 < rows {
			return false
		}
	}
	return true
}

// pooledPositions returns the first position of a block with the given stride,
// and their number, from those of the block before.
func (f funnelShape) pooledPositions(stride, count int) (first, pooled int) {
	switch {
	case !f.separate:
		return 0, (count + 1) / 2
	case f.truncate:
		return 1 - stride, 1 + (max(0, count-2)+1)/2
	}
	return 1 - stride, 1 + count/2
}

// padded returns how long a sequence of n tokens is to the reference: padTo, or
// the shortest length that it accepts.
func (f funnelShape) padded(n, padTo int) int {
	n = max(n, padTo, 1)
	for !f.works(n) {
		n++
	}
	return n
}

// needed returns the fewest rows with which the n tokens of a sequence that is
// padded to full rows get the same results. With cls only the first's counts.
func (f funnelShape) needed(n, full int, cls bool) int {
	for rows := n; rows < full; rows++ {
		if f.agree(n, rows, full, cls) {
			return rows
		}
	}
	return full
}

// agree reports whether everything that n tokens' results depend on is made of
// the same rows on every level, whether the sequence has less rows or full.
func (f funnelShape) agree(n, less, full int, cls bool) bool {
	few, many, real := []int{less}, []int{full}, []int{n}
	for b := range f.blocks - 1 {
		if f.pools(few[b]) != f.pools(many[b]) {
			return false
		}
		real = append(real, f.pooledReal(real[b], many[b]))
		if f.pooledReal(real[b], few[b]) != real[b+1] {
			return false // a row that padding spoils would be whole without
		}
		few, many = append(few, f.pooled(few[b])), append(many, f.pooled(many[b]))
	}
	top := f.blocks - 1
	if real[top] == 0 { // only padding is seen there, all of it
		return false
	}
	// Rows that are seen, and rows that pooled ones are made of.
	need := real[top]
	if !cls {
		need = max(need, min(many[top], f.above(n-1)+1))
	}
	for b := top; b > 0; b-- {
		if few[b] < need {
			return false
		}
		below := real[b-1]
		for r := range need {
			a1, b1 := f.pair(r, few[b-1])
			a2, b2 := f.pair(r, many[b-1])
			if a1 != a2 || b1 != b2 {
				return false
			}
			below = max(below, b1+1)
		}
		need = below
	}
	return few[0] >= need
}

// above returns the row of the last level that stands for token t when it is
// repeated: each but [CLS]'s 2^(blocks-1) times, whatever was pooled.
func (f funnelShape) above(t int) int {
	stride := 1 << (f.blocks - 1)
	if f.separate && t > 0 {
		return 1 + (t-1)/stride
	}
	return t / stride
}

// plan lays out a batch. With cls only the first vector of each sequence will
// be used.
func (f funnelShape) plan(in *Batch, pad int32, cls bool) *funnelPlan {
	p := &funnelPlan{}
	base := funnelLevel{offsets: []int32{0}}
	for s := range in.Sequences() {
		n := in.Len(s)
		full := f.padded(n, in.PadTo)
		rows := n
		if full > n {
			rows = f.needed(n, full, cls)
		}
		from := in.Offsets[s]
		for t := range rows {
			base.at = append(base.at, int32(t))
			if t < n {
				p.tokens = append(p.tokens, int32(len(p.ids)))
				p.ids, base.types = append(p.ids, in.IDs[int(from)+t]), append(base.types, in.TypeIDs[int(from)+t])
			} else {
				p.ids, base.types = append(p.ids, pad), append(base.types, 0)
			}
		}
		base.close(n, rows)
	}
	p.levels = []funnelPool{{to: base}}
	for range f.blocks - 1 {
		p.levels = append(p.levels, f.pool(&p.levels[len(p.levels)-1].to))
	}
	p.upsample(f, in)
	return p
}

// close ends a sequence of the level.
func (l *funnelLevel) close(real, rows int) {
	l.real = append(l.real, int32(real))
	l.offsets = append(l.offsets, l.offsets[len(l.offsets)-1]+int32(rows))
	l.longest = max(l.longest, rows)
}

func (f funnelShape) pool(l *funnelLevel) funnelPool {
	p := funnelPool{to: funnelLevel{offsets: []int32{0}}}
	for s, real := range l.real {
		from := int(l.offsets[s])
		n := int(l.offsets[s+1]) - from
		rows := f.pooled(n)
		for r := range rows {
			a, b := f.pair(r, n)
			p.pairs = append(p.pairs, ops.Pair{A: int32(from + a), B: int32(from + b)})
			p.to.types, p.to.at = append(p.to.types, l.types[from+a]), append(p.to.at, l.at[from+a])
		}
		p.to.close(f.pooledReal(int(real), n), rows)
	}
	return p
}

// upsample finds the last level's row for each token.
func (p *funnelPlan) upsample(f funnelShape, in *Batch) {
	last := p.levels[len(p.levels)-1].to
	for s := range in.Sequences() {
		from, n := int(last.offsets[s]), int(last.offsets[s+1]-last.offsets[s])
		for t := range in.Len(s) {
			if r := f.above(t); r < n {
				p.up = append(p.up, int32(from+r))
			} else {
				p.up = append(p.up, -1)
			}
		}
	}
}
