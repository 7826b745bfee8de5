package vulkan

import (
	"math"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// chunkSize is the number of elements a workgroup has of a buffer: CHUNK of
// chunks.glsl.
const chunkSize = 16384

// What of a buffer counts: see chunks.glsl.
const (
	kindDense = iota
	kindRows
	kindMasked
	kindSums
)

// updateEntry is a row of the table of shader adamw.
type updateEntry struct {
	p, m, v, g, rows                   uint64
	n, cols, kind, firstChunk, vectors uint32
	with                               kernels.AdamWFactors
	decayOthers                        float32
}

// adamw updates all parameters in one launch.
func (b *Backend) adamw(o *device.AdamW) {
	l := launch{kernel: "adamw", spec: []uint32{flag(o.Norm != nil), flag(!o.Scaled.None())}}
	chunks := 0
	table := make([]updateEntry, 0, len(o.Updates))
	for i := range o.Updates {
		e := b.updateEntry(&o.Updates[i], &l)
		e.firstChunk = uint32(chunks)
		chunks += (int(e.n) + chunkSize - 1) / chunkSize
		l.flops += 14 * float64(e.n)
		table = append(table, e)
	}
	broken := b.get(1)
	defer b.put(broken)
	b.fill(broken, math.MaxUint32)
	if chunks > 0 {
		var norm device.Buffer
		if o.Norm != nil {
			norm = o.Norm.Total
		}
		l.push = pack(upload(b, wordsOf(table)), broken, norm, o.Scaled, len(table), chunks, float32(o.MaxNorm))
		l.reads, l.writes = append(l.reads, over(norm, broken, o.Scaled)...), append(l.writes, over(broken)...)
		l.groups = [3]uint32{uint32(min(chunks, mostGroups))}
		b.launch(l)
	}
	b.readWords(broken, func(words []uint32) {
		if o.Broken = int(int32(words[0])); b.paper != nil { // nothing was computed
			o.Broken = -1
		}
	})
}

// lossScale is one invocation's work.
func (b *Backend) lossScale(o *device.LossScale) {
	b.launch(launch{kernel: "lossscale", groups: [3]uint32{1},
		push:  pack(o.State, o.Norm.Total, float32(device.GrowthInterval), float32(device.MostScale)),
		reads: over(o.State, o.Norm.Total), writes: over(o.State)})
}

// updateEntry describes one update, and notes what it touches.
func (b *Backend) updateEntry(u *device.Update, l *launch) updateEntry {
	e := updateEntry{p: u.P.Addr(), m: u.M.Addr(), v: u.V.Addr(), g: u.G.Addr(), n: uint32(u.P.Len()),
		cols: uint32(max(1, u.Cols)), with: u.With, decayOthers: u.DecayOthers}
	e.vectors = flag((e.p|e.m|e.v|e.g)%16 == 0)
	switch {
	case u.Sparse && u.DecayOthers != 0:
		e.kind, e.rows = kindMasked, upload(b, bits(u.Rows, u.P.Len()/u.Cols)).Addr()
	case u.Sparse:
		e.kind, e.rows, e.n = kindRows, b.words(u.Rows).Addr(), uint32(len(u.Rows)*u.Cols)
	}
	all, touched := u.P.Len(), u.P.Len()
	if u.Sparse {
		touched = len(u.Rows) * u.Cols
	}
	if e.kind == kindRows {
		all = touched
	}
	moments := append(some(u.M, touched), some(u.V, touched)...)
	l.reads = append(append(append(l.reads, some(u.G, touched)...), some(u.P, all)...), moments...)
	l.writes = append(append(l.writes, some(u.P, all)...), moments...)
	return e
}

// bits returns a bit for each of n rows, set for those in the list.
func bits(rows []int32, n int) []uint32 {
	mask := make([]uint32, max(1, (n+31)/32))
	for _, r := range rows {
		mask[r/32] |= 1 << (r % 32)
	}
	return mask
}

// readWords has the first words of x, at most two, given to then, once they have been computed.
func (b *Backend) readWords(x device.Buffer, then func(words []uint32)) {
	n := min(2, x.Len())
	to := b.answer(n, then)
	b.launch(launch{kernel: "words", push: pack(to, x, n), reads: over(x), writes: over(to)})
}
