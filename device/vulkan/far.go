package vulkan

import (
	"slices"

	"github.com/lmkor/bench/device"
)

// far says which row of a table query i and key j of a sequence meet in: rowOf
// [base[i] + j], which never turns back as j grows.
type far struct {
	base    []int32 // of each query of the batch
	rowOf   []int32
	inOrder bool // base falls by one from query to query
}

// farOf is that of an attention by distance. Its Rows go by the distance from key
// to query, and so backwards as keys go on.
func farOf(a *device.DistanceAttention) far {
	n := int32(len(a.Rows))
	f := far{base: make([]int32, a.Offsets[len(a.Offsets)-1]), rowOf: slices.Clone(a.Rows), inOrder: a.At == nil}
	slices.Reverse(f.rowOf)
	for s := range len(a.Offsets) - 1 {
		for q := a.Offsets[s]; q < a.Offsets[s+1]; q++ {
			at := q - a.Offsets[s]
			if a.At != nil {
				at = a.At[q]
			}
			f.base[q] = n - 1 - int32(a.Zero) - at
		}
	}
	return f
}

// shifted is that of positions of which only the distance counts.
func shifted(x *device.Shifted, offsets []int32) far {
	f := far{base: make([]int32, offsets[len(offsets)-1]), rowOf: make([]int32, x.Rows)}
	for i := range f.rowOf {
		f.rowOf[i] = int32(i)
	}
	for s := range len(offsets) - 1 {
		nq := int(offsets[s+1] - offsets[s])
		for i := range nq {
			f.base[int(offsets[s])+i] = int32(x.Shift * (x.Queries - 1 - i))
		}
	}
	return f
}

// bounds returns the least and the largest base of queries [from, to).
func (f far) bounds(from, to int) (low, high int32) {
	b := f.base[from:to]
	return slices.Min(b), slices.Max(b)
}

// putFar tells the launches of distances.
func (x *attending) putFar(f far) {
	for t := 0; t < len(x.tiles); t += 4 {
		q0, nq := x.sequences[8*x.tiles[t]], x.sequences[8*x.tiles[t]+1]
		low, high := f.bounds(int(q0+x.tiles[t+1]), int(q0+min(x.tiles[t+1]+side, nq)))
		x.tiles[t+2], x.tiles[t+3] = uint32(low), uint32(high-low)
	}
	x.lists.ints(&x.block.base, f.base)
	x.lists.ints(&x.block.rowOf, f.rowOf)
	x.block.sumN = uint32(len(f.rowOf))
	if f.inOrder {
		x.block.inOrder = 1
	}
}

// tableWork is who adds to the gradient of a table's rows: entries, tiles of
// queries or keys, by tile of rows, cut into pieces of a fixed number.
type tableWork struct {
	rows                    int
	pieces, entries, firsts []uint32
	sums                    []uint32 // of each row: the first base+j that is its, and the one behind the last
}

// pieceEntries is how many entries a workgroup goes through.
const pieceEntries = 32

// table lists the work on a table of the given rows. It is by key or by query.
func (x *attending) table(f far, rows int, byKey bool) *tableWork {
	w := &tableWork{rows: rows, sums: make([]uint32, 2*rows)}
	for i, r := range f.rowOf {
		if w.sums[2*r+1] == 0 {
			w.sums[2*r] = uint32(i)
		}
		w.sums[2*r+1] = uint32(i + 1)
	}
	byTile := make([][]uint32, (rows+side-1)/side)
	tiles := x.tiles
	if byKey {
		tiles = x.keyTiles
	}
	for t := 0; t < len(tiles); t += 4 {
		q0, nq, nk := x.sequences[8*tiles[t]], x.sequences[8*tiles[t]+1], x.sequences[8*tiles[t]+3]
		if nq == 0 || nk == 0 {
			continue
		}
		i0, i1, j0, j1 := tiles[t+1], min(tiles[t+1]+side, nq), uint32(0), nk
		if byKey {
			i0, i1, j0, j1 = 0, nq, tiles[t+1], min(tiles[t+1]+side, nk)
		}
		low, high := f.bounds(int(q0+i0), int(q0+i1))
		a, b := f.rowOf[low+int32(j0)], f.rowOf[high+int32(j1)-1]
		for r := min(a, b) / side; r <= max(a, b)/side; r++ {
			byTile[r] = append(byTile[r], tiles[t], tiles[t+1])
		}
	}
	for r, entries := range byTile {
		w.firsts = append(w.firsts, uint32(len(w.pieces)/4))
		for n := 0; n < len(entries); n += 2 * pieceEntries {
			first := uint32(len(w.entries) / 2)
			w.entries = append(w.entries, entries[n:min(n+2*pieceEntries, len(entries))]...)
			w.pieces = append(w.pieces, uint32(r), first, uint32(len(w.entries)/2), 0)
		}
	}
	w.firsts = append(w.firsts, uint32(len(w.pieces)/4))
	return w
}

// tableGrad writes the gradient of a table, [rows, ld], from the scores' in ds.
// Factor is what the table is multiplied by: queries or keys.
func (x *attending) tableGrad(f far, grad device.Buffer, ld int, byKey bool, ds device.Buffer, factor []region) {
	w := x.table(f, grad.Len()/ld, byKey)
	y := *x
	y.lists = lists{}
	b := &y.block
	y.lists.add(&b.sums, w.sums)
	y.lists.add(&b.pieces, w.pieces)
	y.lists.add(&b.entries, w.entries)
	y.lists.add(&b.rowPieces, w.firsts)
	y.lists.upload(x.b)
	groups := len(w.pieces) / 4 * int(b.heads)
	part := x.b.get(groups * side * int(y.spec.d))
	defer x.b.put(part)
	b.part, b.tables, b.out0, b.ldByQuery = part.Addr(), uint32(w.rows), grad.Addr(), uint32(ld)
	y.spec.byKey = byKey
	y.run("fartable", groups, y.flops(1), append(over(ds), factor...), over(part))
	y.run("fartablesum", (w.rows*ld+127)/128, 0, over(part), over(grad))
}

// distanceOf readies the launches of an attention by distance.
func (b *Backend) distanceOf(a *device.DistanceAttention) (*attending, far) {
	x, f := b.attend(&a.Attention), farOf(a)
	x.block.farScale = a.DistanceScale
	x.spec.byQuery, x.spec.byKey = !a.ByQuery.None(), !a.ByKey.None()
	x.spec.far = x.spec.byQuery || x.spec.byKey
	step := func(table device.Matrix) (addr uint64, ld, step uint32) {
		if table.LD != a.Width/a.Heads {
			step = x.spec.d
		}
		return table.Addr(), uint32(table.LD), step
	}
	x.block.byQuery, x.block.ldByQuery, x.block.stepByQuery = step(a.ByQuery)
	x.block.byKey, x.block.ldByKey, x.block.stepByKey = step(a.ByKey)
	x.putFar(f)
	x.commit()
	return x, f
}

func (b *Backend) distanceAttention(a *device.DistanceAttention) {
	x, _ := b.distanceOf(a)
	if x.spec.far {
		reads := append(append(x.ofQueries(a.Q), x.ofKeys(a.K)...), over(a.ByQuery.Buffer, a.ByKey.Buffer)...)
		x.run("farscores", x.perQueries(), x.flops(number(x.spec.byQuery)+number(x.spec.byKey)), reads,
			over(a.Probs.From(rowStats(a.Offsets, a.Heads))))
	}
	x.forward(&a.Attention)
}

func (b *Backend) distanceGrad(g *device.DistanceGrad) {
	a := g.Of
	x, f := b.distanceOf(a)
	delta := b.get(x.queries * a.Heads)
	defer b.put(delta)
	var ds device.Buffer
	if x.spec.far {
		ds = b.get(a.Scores())
		defer b.put(ds)
	}
	x.backward(&device.AttentionGrad{Of: &a.Attention, DY: g.DY, DQ: g.DQ, DK: g.DK, DV: g.DV}, delta, ds, device.Buffer{})
	if x.spec.byQuery {
		x.run("farqueries", x.perQueries(), x.flops(1), append(over(ds, a.ByQuery.Buffer), x.ofQueries(g.DQ)...), x.ofQueries(g.DQ))
	}
	if x.spec.byKey {
		x.run("farkeys", x.perKeys(), x.flops(1), append(over(ds, a.ByKey.Buffer), x.ofKeys(g.DK)...), x.ofKeys(g.DK))
	}
	if !g.ByQuery.None() {
		x.tableGrad(f, g.ByQuery, a.ByQuery.LD, false, ds, x.ofQueries(a.Q))
	}
	if !g.ByKey.None() {
		x.tableGrad(f, g.ByKey, a.ByKey.LD, true, ds, x.ofKeys(a.K))
	}
}

func number(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
