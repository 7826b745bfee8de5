package vulkan

import (
	"math"

	"github.com/lmkor/bench/device"
)

// partEntry is a row of the table of shader squares.
type partEntry struct {
	x, rows                   uint64
	n, cols, kind, firstChunk uint32
}

// squares sums up in two stages: a sum a chunk, and their sum. What a product has
// summed up already is not read once more. Sums of squares are pairs: what is beyond a
// float is in the second, of numbers times 2^-64.
func (b *Backend) squares(o *device.Squares) {
	l := launch{kernel: "squares", spec: []uint32{0}}
	chunks := 0
	var table []partEntry
	for i := range o.Parts {
		e := b.partEntry(&o.Parts[i], &l)
		e.firstChunk = uint32(chunks)
		chunks += (int(e.n) + chunkSize - 1) / chunkSize
		l.flops += 2 * float64(e.n)
		table = append(table, e)
	}
	total := o.Total
	if total.None() {
		total = b.get(2)
		defer b.put(total)
	}
	sums := b.get(2 * max(1, chunks))
	defer b.put(sums)
	if chunks > 0 {
		l.push = pack(upload(b, wordsOf(table)), sums, device.Buffer{}, len(table), chunks)
		l.writes, l.groups = over(sums), [3]uint32{uint32(min(chunks, mostGroups))}
		b.launch(l)
	}
	b.elementLoss(lossPairs, total, device.Buffer{}, sums, device.Buffer{}, chunks, 1)
	b.readWords(total, func(words []uint32) { o.Sum = squareSum(words[0], words[1]) })
}

// partEntry describes one part, and notes what is read of it.
func (b *Backend) partEntry(p *device.Part, l *launch) partEntry {
	e := partEntry{x: p.X.Addr(), n: uint32(p.X.Len()), cols: uint32(max(1, p.Cols))}
	if known, ok := b.known[p.Known]; ok && p.Known != nil {
		e.x, e.n, e.kind = known.Addr(), uint32(known.Len()/2), kindSums
		l.reads = append(l.reads, over(known)...)
		return e
	}
	if p.Sparse {
		e.kind, e.rows, e.n = kindRows, b.words(p.Rows).Addr(), uint32(len(p.Rows)*p.Cols)
	}
	l.reads = append(l.reads, some(p.X, int(e.n))...)
	return e
}

// squareSum is the number that a pair of sums stands for.
func squareSum(first, second uint32) float64 {
	if s := float64(math.Float32frombits(first)); !math.IsInf(s, 0) && !math.IsNaN(s) {
		return s
	}
	return math.Ldexp(float64(math.Float32frombits(second)), 128)
}

// squaresFor returns where a product leaves n pairs of sums of squares, for a Part that
// knows them by the same pointer.
func (b *Backend) squaresFor(known *float64, n int) device.Buffer {
	n *= 2
	x := b.known[known]
	if x.Len() == n {
		return x
	}
	if !x.None() {
		b.owned.put(x)
	}
	x = b.owned.get(n)
	b.known[known] = x
	return x
}

func (b *Backend) finite(o *device.Finite) {
	broken, n := b.get(1), o.X.Len()
	defer b.put(broken)
	b.fill(broken, 0)
	if n > 0 {
		table := []partEntry{{x: o.X.Addr(), n: uint32(n), cols: 1}}
		chunks := (n + chunkSize - 1) / chunkSize
		b.launch(launch{kernel: "squares", spec: []uint32{1}, groups: [3]uint32{uint32(min(chunks, mostGroups))},
			push:  pack(upload(b, wordsOf(table)), device.Buffer{}, broken, 1, chunks),
			reads: over(o.X, broken), writes: over(broken)})
	}
	b.readWords(broken, func(words []uint32) { o.OK = words[0] == 0 })
}
