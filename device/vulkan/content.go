package vulkan

import (
	"slices"

	"github.com/lmkor/bench/device"
)

func (b *Backend) attention(a *device.Attention) {
	x := b.attend(a)
	x.commit()
	x.forward(a)
}

// forward computes the result, and keeps of each row of scores what backward needs.
func (x *attending) forward(a *device.Attention) {
	reads := slices.Concat(x.ofQueries(a.Q), x.ofKeys(a.K), x.ofKeys(a.V))
	reads = append(reads, x.biases...)
	n := rowStats(a.Offsets, a.Heads)
	if x.spec.far {
		reads = append(reads, over(a.Probs.From(n))...)
	}
	x.run("attention", x.perQueries(), x.flops(2), reads, over(a.Y, a.Probs.Slice(0, n)))
}

func (b *Backend) attentionGrad(g *device.AttentionGrad) {
	x := b.attend(g.Of)
	x.commit()
	delta := b.get(x.queries * g.Of.Heads)
	defer b.put(delta)
	x.backward(g, delta, device.Buffer{}, device.Buffer{})
}

// backward writes the gradients of queries, keys and values as far as they come
// from content. Delta is scratch memory of a float a query and head. With distances
// it leaves the scores' gradients in ds; with a bias of the queries, sums by tile in
// part.
func (x *attending) backward(g *device.AttentionGrad, delta, ds, part device.Buffer) {
	b, a := &x.block, g.Of
	b.dy, b.delta, b.ds, b.part = g.DY.Addr(), delta.Addr(), ds.Addr(), part.Addr()
	b.dq, b.dk, b.dv = g.DQ.Addr(), g.DK.Addr(), g.DV.Addr()
	b.lddq, b.lddk, b.lddv = uint32(g.DQ.LD), uint32(g.DK.LD), uint32(g.DV.LD)
	reads := slices.Concat(x.ofQueries(a.Q), x.ofKeys(a.K), x.ofKeys(a.V), over(a.Probs, g.DY), x.biases)
	x.run("attentionqueries", x.perQueries(), x.flops(3), append(over(a.Y), reads...),
		append(x.ofQueries(g.DQ), over(delta, ds, part)...))
	x.run("attentionkeys", x.perKeys(), x.flops(4), append(over(delta), reads...),
		append(x.ofKeys(g.DK), x.ofKeys(g.DV)...))
}

// cachedAttention puts the rows' keys and values behind those in the caches, and
// attends to all of these.
func (b *Backend) cachedAttention(a *device.CachedAttention) {
	keyOff := make([]int32, len(a.Offsets))
	var rows, addrs []uint32
	for s, cache := range a.Cache {
		n := a.Offsets[s+1] - a.Offsets[s]
		keyOff[s+1] = keyOff[s] + a.Lens[s] + n
		for i := range n {
			rows = append(rows, uint32(a.Offsets[s]+i), uint32(s), uint32(a.Lens[s]+i), 0)
		}
		addrs = append(addrs, uint32(cache.Addr()), uint32(cache.Addr()>>32))
	}
	qkv := device.Matrix{Buffer: a.QKV, LD: 3 * a.Width}
	stats := b.get(rowStats(a.Offsets, a.Heads))
	defer b.put(stats)
	x := b.attend(&device.Attention{Y: a.Y, Probs: stats, Q: qkv, Heads: a.Heads, Width: a.Width, Offsets: a.Offsets,
		KeyOff: keyOff, Causal: true, Scale: a.Scale})
	x.spec.cached = true
	x.lists.add(&x.block.caches, addrs)
	x.lists.add(&x.block.pieces, rows)
	x.commit()
	caches := over(a.Cache...)
	x.run("cacheappend", len(rows)/4, 0, over(a.QKV), caches)
	kernel := "attention"
	if len(rows)/4 == len(a.Cache) && len(x.tiles)/4 == len(a.Cache) { // a row of each
		kernel = "attentionone"
	}
	x.run(kernel, x.perQueries(), x.flops(2), append(x.ofQueries(qkv), caches...), over(a.Y, stats))
}
