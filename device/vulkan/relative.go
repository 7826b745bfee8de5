package vulkan

import (
	"math"

	"github.com/lmkor/bench/device"
)

// relating is one attention of Funnel on the device.
type relating struct {
	*attending
	*device.RelativeAttention
	content device.Attention
	far     far
}

func (b *Backend) relate(r *device.RelativeAttention) *relating {
	x := &relating{RelativeAttention: r, content: device.Attention{Y: r.Y, Probs: r.Probs, Q: r.Q, K: r.K, V: r.V,
		Heads: r.Heads, Width: r.Width, Offsets: r.Offsets, KeyOff: r.KeyOff, Drop: r.Drop,
		Scale: float32(1 / math.Sqrt(float64(r.Width/r.Heads)))}}
	x.attending = b.attend(&x.content)
	x.biases = over(r.WordBias)
	for s, real := range r.KeyReal {
		x.sequences[8*s+5] = uint32(real)
	}
	k := &x.block
	k.farScale, k.model = k.scale, uint32(r.Model)
	k.word, k.position, k.typeBias = r.WordBias.Addr(), r.PositionBias.Addr(), r.TypeBias.Addr()
	k.types, k.kernel = r.Types.Addr(), r.Kernel.Addr()
	if r.SeparateCls {
		k.separate = 1
	}
	x.spec.far, x.spec.offset, x.spec.types = true, true, true
	x.lists.ints(&k.queryTypes, r.QueryTypes)
	x.lists.ints(&k.keyTypes, r.KeyTypes)
	if p := r.Shifted; p != nil {
		x.spec.byQuery = true
		k.byQuery, k.ldByQuery, k.stepByQuery = r.Table.Addr(), k.width, x.spec.d
		x.far = shifted(p, r.Offsets)
		x.putFar(x.far)
	} else {
		x.spec.wide = true
		k.sines, k.cosines = r.Factorized.Query.Addr(), r.Factorized.Key.Addr()
		x.lists.ints(&k.queryAt, r.Factorized.At)
		x.lists.ints(&k.keyAt, r.Factorized.Keys)
	}
	x.commit()
	return x
}

func (b *Backend) relativeAttention(r *device.RelativeAttention) {
	x := b.relate(r)
	reads := append(append(x.ofQueries(r.Q), x.ofKeys(r.K)...), over(r.PositionBias, r.TypeBias, r.Types)...)
	writes := over(r.Probs.From(rowStats(r.Offsets, r.Heads)))
	if p := r.Shifted; p != nil {
		x.product(device.Product{M: p.Rows, N: r.Width, K: r.Model, A: device.Matrix{Buffer: p.Encodings, LD: r.Model},
			B: device.Matrix{Buffer: r.Kernel, LD: r.Width}, C: device.Matrix{Buffer: r.Table, LD: r.Width}})
		x.run("farscores", x.perQueries(), x.flops(1), append(reads, over(r.Table)...), writes)
	} else {
		wide := b.get(x.queries * r.Heads * r.Model)
		defer b.put(wide)
		x.block.wide = wide.Addr()
		x.run("wide", x.perQueries(), x.wideFlops(), append(x.ofQueries(r.Q), over(r.PositionBias, r.Kernel, r.Factorized.Query)...),
			over(wide))
		x.run("farscores", x.perQueries(), x.encodingFlops(), append(reads, over(wide, r.Factorized.Key)...), writes)
	}
	x.forward(&x.content)
}

// wideFlops are those of a product of the queries with the kernel, encodingFlops of
// what it gives with the keys' encodings.
func (x *relating) wideFlops() float64 {
	return 2 * float64(x.queries) * float64(x.Width) * float64(x.Model)
}
func (x *relating) encodingFlops() float64 { return 2 * x.pairs * float64(x.Heads) * float64(x.Model) }

// product multiplies by the kernel of all heads.
func (x *relating) product(p device.Product) {
	if !x.b.runMath(&device.Products{Precision: x.Precision, List: []device.Product{p}}) {
		panic("vulkan: no kernel for the positions' product")
	}
}

func (b *Backend) relativeGrad(g *device.RelativeGrad) {
	r := g.Of
	x := b.relate(r)
	n := len(x.tiles) / 4
	delta, ds, part := b.get(x.queries*r.Heads), b.get(r.Scores()), b.get(n*5*r.Width)
	defer b.put(delta)
	defer b.put(ds)
	defer b.put(part)
	x.backward(&device.AttentionGrad{Of: &x.content, DY: g.DY, DQ: g.DQ, DK: g.DK, DV: g.DV}, delta, ds, part)
	reads := append(x.ofQueries(r.Q), over(ds, r.TypeBias, r.Types, r.Table)...)
	x.run("farqueries", x.perQueries(), x.flops(number(x.spec.byQuery)),
		append(reads, x.ofQueries(g.DQ)...), append(x.ofQueries(g.DQ), over(part)...))
	if r.Shifted != nil {
		x.shiftedKernelGrad(g, ds)
	} else {
		x.factorizedGrad(g, ds, part)
	}
	x.biasGrads(g, part, n)
}

// biasGrads adds up what the tiles left.
func (x *relating) biasGrads(g *device.RelativeGrad, part device.Buffer, tiles int) {
	k := &x.block
	k.flags, k.nTiles, k.part = 0, uint32(tiles), part.Addr()
	reads, writes := over(part), []region{}
	for i, p := range []device.ParamGrad{g.WordBias, g.PositionBias, g.TypeBias, g.Types} {
		*[]*uint64{&k.out0, &k.out1, &k.out2, &k.out3}[i] = p.Addr()
		if p.None() {
			continue
		}
		k.flags |= 1 << (2 * i)
		if p.Acc {
			k.flags |= 2 << (2 * i)
			reads = append(reads, over(p.Buffer)...)
		}
		writes = append(writes, over(p.Buffer)...)
	}
	if k.flags != 0 {
		x.run("farbiases", (5*x.Width+127)/128, 0, reads, writes)
	}
}

// shiftedKernelGrad adds up the table's gradient and takes it through the encodings.
func (x *relating) shiftedKernelGrad(g *device.RelativeGrad, ds device.Buffer) {
	if g.Kernel.None() {
		return
	}
	p, w := x.Shifted, x.Width
	dt := x.b.get(p.Rows * w)
	defer x.b.put(dt)
	x.tableGrad(x.far, dt, w, false, ds, append(x.ofQueries(x.Q), over(x.PositionBias)...))
	x.product(device.Product{TA: true, M: x.Model, N: w, K: p.Rows, A: device.Matrix{Buffer: p.Encodings, LD: x.Model},
		B: device.Matrix{Buffer: dt, LD: w}, Acc: g.Kernel.Acc, C: device.Matrix{Buffer: g.Kernel.Buffer, LD: w}})
}

// factorizedGrad adds to the queries' gradient, and writes the kernel's.
func (x *relating) factorizedGrad(g *device.RelativeGrad, ds, part device.Buffer) {
	f := x.Factorized
	wide := x.b.get(x.queries * x.Heads * x.Model)
	defer x.b.put(wide)
	x.block.wide = wide.Addr()
	x.run("widegrad", x.perQueries(), x.wideFlops()+x.encodingFlops(),
		append(over(ds, x.Kernel, f.Query, f.Key), x.ofQueries(g.DQ)...), append(x.ofQueries(g.DQ), over(wide, part)...))
	if g.Kernel.None() {
		return
	}
	x.block.out0, x.block.tables, x.block.flags = g.Kernel.Addr(), uint32(x.queries), 0
	reads := append(x.ofQueries(x.Q), over(wide, x.PositionBias)...)
	if g.Kernel.Acc {
		x.block.flags = 1
		reads = append(reads, over(g.Kernel.Buffer)...)
	}
	x.run("widekernel", (x.Model+side-1)/side*x.Heads, x.wideFlops(), reads, over(g.Kernel.Buffer))
}
