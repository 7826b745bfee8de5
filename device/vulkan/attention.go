package vulkan

import (
	"fmt"
	"unsafe"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// runAttention runs attention of all kinds.
func (b *Backend) runAttention(call device.Call) bool {
	switch o := call.(type) {
	case *device.Attention:
		b.attention(o)
	case *device.AttentionGrad:
		b.attentionGrad(o)
	case *device.CachedAttention:
		b.cachedAttention(o)
	case *device.DistanceAttention:
		b.distanceAttention(o)
	case *device.DistanceGrad:
		b.distanceGrad(o)
	case *device.RelativeAttention:
		b.relativeAttention(o)
	case *device.RelativeGrad:
		b.relativeGrad(o)
	default:
		return false
	}
	return true
}

// attentionBlock is Block of shaders/attention.glsl: addresses, then numbers.
type attentionBlock struct {
	q, k, v, y                                uint64
	stats, far                                uint64
	dy, delta, ds, dq, dk, dv                 uint64
	word, position, typeBias, types, kernel   uint64
	byQuery, byKey                            uint64
	wide, sines, cosines                      uint64
	part, out0, out1, out2, out3              uint64
	seqs, tiles, keyTiles                     uint64
	base, rowOf, sums                         uint64
	pieces, entries, rowPieces                uint64
	queryAt, keyAt, queryTypes, keyTypes      uint64
	caches                                    uint64
	ldq, ldk, ldv, lddq, lddk, lddv           uint32
	ldByQuery, ldByKey                        uint32
	stepByQuery, stepByKey                    uint32
	width, heads, groups, tables, model, sumN uint32
	separate, inOrder, flags, nTiles          uint32
	drop                                      kernels.DropKey
	scale, farScale                           float32
}

// attentionSpec are the constants that attention's shaders are specialized by.
type attentionSpec struct {
	d                                                              uint32
	causal, drop, far, offset, byQuery, byKey, types, wide, cached bool
}

func (s attentionSpec) words() []uint32 {
	w := []uint32{s.d}
	for _, on := range []bool{s.causal, s.drop, s.far, s.offset, s.byQuery, s.byKey, s.types, s.wide, s.cached} {
		var x uint32
		if on {
			x = 1
		}
		w = append(w, x)
	}
	return w
}

// side is how many queries, keys or rows of a table are one workgroup's.
const side = 32

// attending is one attention on the device: what its launches have in common.
type attending struct {
	b         *Backend
	block     attentionBlock
	spec      attentionSpec
	lists     lists
	sequences []uint32 // eight words each
	tiles     []uint32 // four words each
	keyTiles  []uint32
	queries   int // rows
	keys      int
	pairs     float64  // of queries and keys
	biases    []region // of the queries, where they have one
}

// attend readies the launches of an attention: sequences and tiles.
func (b *Backend) attend(a *device.Attention) *attending {
	x := &attending{b: b, queries: int(a.Offsets[len(a.Offsets)-1]), keys: int(a.KeyOff[len(a.KeyOff)-1])}
	x.spec = attentionSpec{d: uint32(a.Width / a.Heads), causal: a.Causal, drop: a.Drop.P > 0}
	x.block = attentionBlock{q: a.Q.Addr(), k: a.K.Addr(), v: a.V.Addr(), y: a.Y.Addr(), stats: a.Probs.Addr(),
		ldq: uint32(a.Q.LD), ldk: uint32(a.K.LD), ldv: uint32(a.V.LD), width: uint32(a.Width), heads: uint32(a.Heads),
		scale: a.Scale, drop: a.Drop.Key()}
	if n := rowStats(a.Offsets, a.Heads); a.Probs.Len() > n {
		x.block.far = a.Probs.From(n).Addr()
	}
	x.tile(a.Offsets, a.KeyOff, a.Heads)
	return x
}

// tile lists the sequences, and the tiles of their queries and of their keys.
func (x *attending) tile(offsets, keyOff []int32, heads int) {
	var at uint32
	for s := range len(offsets) - 1 {
		nq, nk := uint32(offsets[s+1]-offsets[s]), uint32(keyOff[s+1]-keyOff[s])
		x.sequences = append(x.sequences, uint32(offsets[s]), nq, uint32(keyOff[s]), nk, at, nk, uint32(len(x.tiles)/4), 0)
		at += nq * nk * uint32(heads) // modulo 2^32, as dropout counts
		x.pairs += float64(nq) * float64(nk)
		for i := uint32(0); i < nq; i += side {
			x.tiles = append(x.tiles, uint32(s), i, 0, 0)
		}
		for j := uint32(0); j < nk; j += side {
			x.keyTiles = append(x.keyTiles, uint32(s), j, 0, 0)
		}
	}
}

// commit uploads the lists. Launches come after it.
func (x *attending) commit() {
	b := &x.block
	x.lists.add(&b.seqs, x.sequences)
	x.lists.add(&b.tiles, x.tiles)
	x.lists.add(&b.keyTiles, x.keyTiles)
	x.lists.upload(x.b)
}

// perQueries and perKeys are the workgroups of launches by tile and head.
func (x *attending) perQueries() int { return len(x.tiles) / 4 * int(x.block.heads) }
func (x *attending) perKeys() int    { return len(x.keyTiles) / 4 * int(x.block.heads) }

// ofQueries and ofKeys are regions of heads side by side.
func (x *attending) ofQueries(m device.Matrix) []region {
	return block(m, x.queries, int(x.block.width))
}
func (x *attending) ofKeys(m device.Matrix) []region { return block(m, x.keys, int(x.block.width)) }

// flops are those of n products of all queries with all keys, as wide as the heads
// together, or with rows of a table.
func (x *attending) flops(n float64) float64 { return 2 * n * x.pairs * float64(x.block.width) }

// run launches a kernel over groups.
func (x *attending) run(kernel string, groups int, flops float64, reads, writes []region) {
	if groups == 0 {
		return
	}
	x.block.groups = uint32(groups)
	words := unsafe.Slice((*uint32)(unsafe.Pointer(&x.block)), unsafe.Sizeof(x.block)/4)
	x.b.launch(launch{kernel: kernel, spec: x.spec.words(), groups: [3]uint32{uint32(min(groups, mostGroups))},
		push: pack(upload(x.b, words)), flops: flops, reads: reads, writes: writes})
}

// Kept returns how many floats are kept of an attention for its gradient: of each
// row of scores the largest and one over the sum, and the scores of distances,
// where there are any. Probabilities are computed again.
func (b *Backend) Kept(call device.Call) int { return kept(call) }

func kept(call device.Call) int {
	switch a := call.(type) {
	case *device.Attention:
		return rowStats(a.Offsets, a.Heads)
	case *device.DistanceAttention:
		if a.ByQuery.None() && a.ByKey.None() {
			return rowStats(a.Offsets, a.Heads)
		}
		return rowStats(a.Offsets, a.Heads) + a.Scores()
	case *device.RelativeAttention:
		return rowStats(a.Offsets, a.Heads) + a.Scores()
	}
	panic(fmt.Sprintf("vulkan: nothing is kept of a %T", call))
}

// rowStats is how many floats are kept of the rows of the scores.
func rowStats(offsets []int32, heads int) int { return 2 * int(offsets[len(offsets)-1]) * heads }

// lists are what the host tells a call's launches, one behind the other.
type lists struct {
	words []uint32
	at    []placed
}

// placed is where a list begins, and what becomes its address.
type placed struct {
	addr *uint64
	at   int
}

// add puts a list behind the others; its address is known once they are uploaded.
func (l *lists) add(addr *uint64, list []uint32) {
	const grain = 4 // 16 bytes
	for len(l.words)%grain != 0 {
		l.words = append(l.words, 0)
	}
	l.at = append(l.at, placed{addr, len(l.words)})
	l.words = append(l.words, list...)
}

func (l *lists) ints(addr *uint64, list []int32) {
	words := make([]uint32, len(list))
	for i, v := range list {
		words[i] = uint32(v)
	}
	l.add(addr, words)
}

func (l *lists) upload(b *Backend) {
	base := upload(b, l.words).Addr()
	for _, p := range l.at {
		*p.addr = base + 4*uint64(p.at)
	}
}
