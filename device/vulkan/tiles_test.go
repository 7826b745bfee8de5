package vulkan

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

// candidates are the tiles that BenchmarkTiles times: those that package tiling has, and
// others that it might.
var candidates = []tiling.Tile{
	tiling.Large, tiling.Medium, tiling.Tall, tiling.Small,
	{BM: 128, BN: 64, BK: 16, TM: 8, TN: 8, Slices: 1},
	{BM: 128, BN: 64, BK: 16, TM: 8, TN: 8, Slices: 2},
	{BM: 64, BN: 64, BK: 16, TM: 8, TN: 8, Slices: 1},
	{BM: 64, BN: 64, BK: 16, TM: 8, TN: 8, Slices: 2},
	{BM: 64, BN: 64, BK: 16, TM: 8, TN: 8, Slices: 4},
	{BM: 64, BN: 64, BK: 16, TM: 8, TN: 4, Slices: 1},
	{BM: 64, BN: 64, BK: 32, TM: 8, TN: 4, Slices: 2},
	{BM: 64, BN: 64, BK: 16, TM: 4, TN: 4, Slices: 1}, // as medium tiles were when an H100 timed them
	{BM: 64, BN: 32, BK: 32, TM: 8, TN: 4, Slices: 2},
	{BM: 32, BN: 64, BK: 32, TM: 4, TN: 8, Slices: 4},
	{BM: 32, BN: 32, BK: 32, TM: 4, TN: 4, Slices: 1}, // as small ones were
	{BM: 32, BN: 32, BK: 32, TM: 4, TN: 4, Slices: 4},
}

// layerProduct is a product of a layer's way forward or back.
type layerProduct struct {
	name           string
	form           string // nt forward, nn the input's gradient, tn the weight's
	m, n, k        int
	count, factors int
}

// layerProducts are those of a layer of a BERT of that width over so many tokens.
func layerProducts(tokens, width int) []layerProduct {
	inner := 4 * width
	return []layerProduct{
		{"queries, keys and values", "nt", tokens, width, width, 3, 1},
		{"out", "nt", tokens, width, width, 1, 1},
		{"inner", "nt", tokens, inner, width, 1, 1},
		{"outer", "nt", tokens, width, inner, 1, 1},
		{"outer, input", "nn", tokens, inner, width, 1, 1},
		{"inner, input", "nn", tokens, width, inner, 1, 1},
		{"out, input", "nn", tokens, width, width, 1, 1},
		{"queries, keys and values, input", "nn", tokens, width, width, 1, 3},
		{"queries, keys and values, weight", "tn", width, width, tokens, 3, 1},
		{"out, weight", "tn", width, width, tokens, 1, 1},
		{"inner, weight", "tn", inner, width, tokens, 1, 1},
		{"outer, weight", "tn", width, inner, tokens, 1, 1},
	}
}

// call is the product on the device, of buffers that are large enough for all.
func (p layerProduct) call(a, b, c device.Buffer) *device.Products {
	ta, tb := p.form[0] == 't', p.form[1] == 't'
	ld := func(transposed bool, rows, cols int) int {
		if transposed {
			return rows
		}
		return cols
	}
	of := func(x device.Buffer, i, n, ld int) device.Matrix {
		return device.Matrix{Buffer: x.Slice(i*n, (i+1)*n), LD: ld}
	}
	var o device.Products
	for i := range p.count {
		one := device.Product{TA: ta, TB: tb, M: p.m, N: p.n, K: p.k, A: of(a, i, p.m*p.k, ld(ta, p.m, p.k)),
			B: of(b, i, p.k*p.n, ld(tb, p.k, p.n)), C: of(c, i, p.m*p.n, p.n)}
		for f := 1; f < p.factors; f++ {
			one.More = append(one.More, device.Factors{K: p.k, A: of(a, f, p.m*p.k, one.A.LD), B: of(b, f, p.k*p.n, one.B.LD)})
		}
		o.List = append(o.List, one)
	}
	return &o
}

func (p layerProduct) flops() float64 {
	return 2 * float64(p.count*p.factors) * float64(p.m) * float64(p.n) * float64(p.k)
}

// partsOf are into how many parts K may be split, few enough for the last workgroup.
func (p layerProduct) partsOf(t tiling.Tile) []int {
	var all []int
	for _, parts := range []int{1, 2, 3, 4, 6, 8, 12} {
		if _, got := t.Part(p.k, parts); got == parts && (parts == 1 || p.k*p.factors/parts >= 96) {
			all = append(all, parts)
		}
	}
	return all
}

// timedTile is how long a product takes with a tile, in microseconds.
type timedTile struct {
	tile   tiling.Tile
	parts  int
	micros float64
	chosen bool // by package tiling
}

// BenchmarkTiles times the products of a layer of base and of small models, forward and
// back, with every tile and split that might be theirs, and prints for each the best ones
// and the one that package tiling has chosen, with the share of the device's peak; behind a
// model what a layer takes with the best and with the chosen ones.
//
//	go test ./device/vulkan -run '^$' -bench Tiles -benchtime 1x
//
// takes some minutes on a card. On a driver that runs shaders on the CPU it times a few
// products of a tiny model, which shows that it works, and nothing else.
func BenchmarkTiles(b *testing.B) {
	opened(b)
	d := alone(b, options{})
	models := []struct {
		name, short   string // the short one is a metric's
		tokens, width int
	}{{"base", "base", 507, 768}, {"small", "small", 538, 256}, {"base, long texts", "long", 4096, 768}}
	tiles := candidates
	if d.info.CPU {
		models, tiles = models[:1], tiles[2:4]
		models[0].name, models[0].short, models[0].tokens, models[0].width = "tiny", "tiny", 40, 64
	}
	peak := d.Peak() / 1e6 // a microsecond
	fmt.Printf("%s, peak %.0f GFLOP/s; microseconds, share of the peak, * as package tiling has it\n", d.info.Name, peak/1e3)
	clock := d.Timed(true)
	for range b.N {
		for _, m := range models {
			best, chosen := 0.0, 0.0
			for _, p := range layerProducts(m.tokens, m.width) {
				all := d.timeTiles(p, tiles, clock)
				fmt.Printf("%s: %s: %s %d×%d×%d, products %d, factors of each %d\n", m.name, p.name, p.form, p.m, p.n, p.k, p.count, p.factors)
				best += all[0].micros
				for i, t := range all {
					mark := " "
					if t.chosen {
						mark, chosen = "*", chosen+t.micros
					}
					if i < 6 || t.chosen {
						fmt.Printf("%s %8.1f  %.3f  %v in %d parts\n", mark, t.micros, p.flops()/t.micros/peak, t.tile, t.parts)
					}
				}
			}
			fmt.Printf("%s: a layer: %.1f with the best, %.1f as chosen\n\n", m.name, best, chosen)
			b.ReportMetric(chosen, "µs/layer-"+m.short)
		}
	}
}

// timeTiles times a product with each tile in each number of parts, the fastest first.
func (b *Backend) timeTiles(p layerProduct, tiles []tiling.Tile, clock bool) []timedTile {
	size := 3 * max(p.m*p.k, p.k*p.n, p.m*p.n)
	x, y, z := b.New(size), b.New(size), b.New(size)
	defer b.Free(x)
	defer b.Free(y)
	defer b.Free(z)
	numbers := make([]float32, size)
	for i := range numbers { // no zeros, which cost less current
		numbers[i] = float32(i%127-63) / 64
	}
	b.Write(x, numbers)
	b.Write(y, numbers)
	call := p.call(x, y, z)
	var all []timedTile
	time := func(t tiling.Tile, parts int, chosen bool) {
		defer func() { b.options.cut = nil }()
		b.options.cut = func(int, int, int, int) (tiling.Tile, int) { return t, parts }
		all = append(all, timedTile{t, parts, 1e6 * b.perCall(call, clock), chosen})
	}
	t, parts := tiling.For(p.m, p.n, p.k*p.factors, p.count)
	_, parts = t.Part(p.k, parts)
	time(t, parts, true)
	for _, tile := range tiles {
		for _, n := range p.partsOf(tile) {
			if tile != t || n != parts {
				time(tile, n, false)
			}
		}
	}
	slices.SortFunc(all, func(a, b timedTile) int { return cmp.Compare(a.micros, b.micros) })
	return all
}

// perCall returns the seconds that a call takes, the best of a few turns: by the device's
// clock, one launch behind the other, or where it has none by the host's.
func (b *Backend) perCall(call device.Call, clock bool) float64 {
	const each, turns = 8, 4
	if !clock {
		return b.timePerTurn(func(n int) {
			for range n {
				b.Run(call)
			}
		})
	}
	best := 0.0
	for turn := range turns + 1 { // the first compiles
		b.ResetCounts()
		for range each {
			b.Run(call)
		}
		b.Read(nil, device.Buffer{})
		took := b.Counts().Kernels["product"].Seconds / each
		if turn < 2 || took < best {
			best = took
		}
	}
	return best
}
