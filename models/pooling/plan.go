// Package pooling plans how Funnel shortens sequences: which rows become one, and
// how much of the padding that the reference sees is needed.
package pooling

import (
	"github.com/lmkor/bench/models/packed"
	"github.com/lmkor/bench/ops"
)

// Level is the state of a batch within a block: what pooling has left.
type Level struct {
	Offsets []int32 // B+1
	Real    []int32 // of each sequence, how many rows from the first are no padding
	Types   []int32 // of each row: the token type of the first token that it stands for
	At      []int32 // of each row: that token's position
	Longest int
}

// Step is the step from one level to the next.
type Step struct {
	Pairs []ops.Pair
	To    Level
}

// Plan is everything about a batch that follows from its lengths.
type Plan struct {
	IDs    []int32 // with padding where it takes part
	Levels []Step
	Tokens []int32 // row of each of the batch's tokens on the first level
	Up     []int32 // row on the last level that stands for each token, -1: none
}

// Shape is what of a config decides lengths.
type Shape struct {
	Blocks             int
	Separate, Truncate bool
	Shifted            bool // relative_shift, which refuses short inputs
}

// pools reports whether n rows are enough to be pooled.
func (f Shape) pools(n int) bool {
	if f.Separate {
		return n > 2
	}
	return n > 1
}

// pooled returns how many rows pooling leaves of n.
func (f Shape) pooled(n int) int {
	switch {
	case !f.pools(n):
		return n
	case f.Separate && !f.Truncate:
		n++
	}
	return (n + 1) / 2
}

// pair returns the rows that become row r, of n; the last may be alone.
func (f Shape) pair(r, n int) (a, b int) {
	switch {
	case !f.pools(n):
		return r, r
	case f.Separate && r == 0:
		return 0, 0
	case f.Separate:
		a, b = 2*r-1, 2*r
		if f.Truncate {
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
func (f Shape) pooledReal(real, n int) int {
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
func (f Shape) works(n int) bool {
	if !f.Shifted {
		return true
	}
	// Positions are evenly spaced by the block's stride. They are counted apart
	// from the rows, which stop being pooled when there are two.
	first, count, rows := 0, n, n
	for b := range f.Blocks {
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
func (f Shape) pooledPositions(stride, count int) (first, pooled int) {
	switch {
	case !f.Separate:
		return 0, (count + 1) / 2
	case f.Truncate:
		return 1 - stride, 1 + (max(0, count-2)+1)/2
	}
	return 1 - stride, 1 + count/2
}

// padded returns how long a sequence of n tokens is to the reference: padTo, or
// the shortest length that it accepts.
func (f Shape) padded(n, padTo int) int {
	n = max(n, padTo, 1)
	for !f.works(n) {
		n++
	}
	return n
}

// needed returns the fewest rows with which the n tokens of a sequence that is
// padded to full rows get the same results. With cls only the first's counts.
func (f Shape) needed(n, full int, cls bool) int {
	for rows := n; rows < full; rows++ {
		if f.agree(n, rows, full, cls) {
			return rows
		}
	}
	return full
}

// agree reports whether everything that n tokens' results depend on is made of
// the same rows on every level, whether the sequence has less rows or full.
func (f Shape) agree(n, less, full int, cls bool) bool {
	few, many, real := []int{less}, []int{full}, []int{n}
	for b := range f.Blocks - 1 {
		if f.pools(few[b]) != f.pools(many[b]) {
			return false
		}
		real = append(real, f.pooledReal(real[b], many[b]))
		if f.pooledReal(real[b], few[b]) != real[b+1] {
			return false // a row that padding spoils would be whole without
		}
		few, many = append(few, f.pooled(few[b])), append(many, f.pooled(many[b]))
	}
	top := f.Blocks - 1
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
func (f Shape) above(t int) int {
	stride := 1 << (f.Blocks - 1)
	if f.Separate && t > 0 {
		return 1 + (t-1)/stride
	}
	return t / stride
}

// Plan lays out a batch. With cls only the first vector of each sequence will
// be used.
func (f Shape) Plan(in *packed.Batch, pad int32, cls bool) *Plan {
	p := &Plan{}
	base := Level{Offsets: []int32{0}}
	for s := range in.Sequences() {
		n := in.Len(s)
		full := f.padded(n, in.PadTo)
		rows := n
		if full > n {
			rows = f.needed(n, full, cls)
		}
		from := in.Offsets[s]
		for t := range rows {
			base.At = append(base.At, int32(t))
			if t < n {
				p.Tokens = append(p.Tokens, int32(len(p.IDs)))
				p.IDs, base.Types = append(p.IDs, in.IDs[int(from)+t]), append(base.Types, in.TypeIDs[int(from)+t])
			} else {
				p.IDs, base.Types = append(p.IDs, pad), append(base.Types, 0)
			}
		}
		base.Close(n, rows)
	}
	p.Levels = []Step{{To: base}}
	for range f.Blocks - 1 {
		p.Levels = append(p.Levels, f.pool(&p.Levels[len(p.Levels)-1].To))
	}
	p.upsample(f, in)
	return p
}

// Close ends a sequence of the level.
func (l *Level) Close(real, rows int) {
	l.Real = append(l.Real, int32(real))
	l.Offsets = append(l.Offsets, l.Offsets[len(l.Offsets)-1]+int32(rows))
	l.Longest = max(l.Longest, rows)
}

func (f Shape) pool(l *Level) Step {
	p := Step{To: Level{Offsets: []int32{0}}}
	for s, real := range l.Real {
		from := int(l.Offsets[s])
		n := int(l.Offsets[s+1]) - from
		rows := f.pooled(n)
		for r := range rows {
			a, b := f.pair(r, n)
			p.Pairs = append(p.Pairs, ops.Pair{A: int32(from + a), B: int32(from + b)})
			p.To.Types, p.To.At = append(p.To.Types, l.Types[from+a]), append(p.To.At, l.At[from+a])
		}
		p.To.Close(f.pooledReal(int(real), n), rows)
	}
	return p
}

// upsample finds the last level's row for each token.
func (p *Plan) upsample(f Shape, in *packed.Batch) {
	last := p.Levels[len(p.Levels)-1].To
	for s := range in.Sequences() {
		from, n := int(last.Offsets[s]), int(last.Offsets[s+1]-last.Offsets[s])
		for t := range in.Len(s) {
			if r := f.above(t); r < n {
				p.Up = append(p.Up, int32(from+r))
			} else {
				p.Up = append(p.Up, -1)
			}
		}
	}
}

// Heads returns the level's first rows as a level of their own.
func (l *Level) Heads() *Level {
	h := &Level{Offsets: []int32{0}}
	for i, first := range l.Firsts() {
		h.Types, h.At = append(h.Types, l.Types[first]), append(h.At, l.At[first])
		h.Close(int(min(l.Real[i], 1)), 1)
	}
	return h
}

// Firsts returns the row of each sequence's first token.
func (l *Level) Firsts() []int32 { return l.Offsets[:len(l.Offsets)-1] }
