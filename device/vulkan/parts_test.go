package vulkan

import (
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

// The products of tests on paper: both are split, into parts of a tile or two.
var splitShapes = [][3]int{{64, 64, 3072}, {96, 64, 3072}}

// onPaper returns a backend and products there, with memory of their own.
func onPaper(t *testing.T, of offered.Info) (b *Backend, list []device.Product) {
	b = Paper(of)
	matrix := func(rows, cols int) device.Matrix { return device.Matrix{Buffer: b.New(rows * cols), LD: cols} }
	for _, s := range splitShapes {
		tile, parts := tiling.For(s[0], s[1], s[2], 1)
		if _, parts = tile.Part(s[2], parts); parts < 2 {
			t.Fatalf("%v is not split", s)
		}
		list = append(list, device.Product{M: s[0], N: s[1], K: s[2], A: matrix(s[0], s[2]), B: matrix(s[2], s[1]), C: matrix(s[0], s[1])})
	}
	b.countersOf(1)
	b.counters.next = 0
	b.ResetCounts()
	return b, list
}

// TestPartsWaitForEachOther counts the barriers that two products with parts take, on paper:
// the one behind what fills the memory, and another where the second product has the memory
// or the counters of the first one's parts.
func TestPartsWaitForEachOther(t *testing.T) {
	hold := func(b *Backend) { b.Get(1 << 17) } // where the first product's parts were
	for _, c := range []struct {
		name     string
		together bool
		between  func(b *Backend)
		barriers int
	}{
		{"in one call", true, nil, 1},
		{"the same memory", false, func(*Backend) {}, 2},
		{"nothing that is the same", false, hold, 1},
		{"the same counters", false, func(b *Backend) { hold(b); b.counters.next = b.counters.all.Len() - 1 }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, list := onPaper(t, offered.Info{})
			if c.together {
				b.Run(&device.Products{List: list})
			} else {
				b.Run(&device.Products{List: list[:1]})
				c.between(b)
				b.Run(&device.Products{List: list[1:]})
			}
			if n := b.Counts(); n.Barriers != c.barriers || n.Kernels["product"].Launches != 2 {
				t.Errorf("%d barriers, want %d; %d launches, want 2", n.Barriers, c.barriers, n.Kernels["product"].Launches)
			}
		})
	}
}

// TestPartsAreCounted holds what products with parts say that they read and write to what
// they do, on paper.
func TestPartsAreCounted(t *testing.T) {
	b, list := onPaper(t, offered.Info{})
	p := &list[0]
	p.TA, p.A.LD, p.Sums = true, p.M, b.New(p.M)
	b.ResetCounts()
	b.Run(&device.Products{List: list[:1]})
	tile, parts := tiling.For(p.M, p.N, p.K, 1)
	_, parts = tile.Part(p.K, parts)
	down, across := int(tiling.Over(p.M, tile.BM)), int(tiling.Over(p.N, tile.BN))
	each, counters := down*across*int(tile.BM*tile.BN)+down*int(tile.BM), down*across
	read := 4 * (p.K*(p.M+p.N) + (parts-1)*each + counters)
	written := 4 * (p.M*p.N + p.M + parts*each + counters)
	if k := b.Counts().Kernels["product"]; k.Read != int64(read) || k.Written != int64(written) {
		t.Errorf("%d bytes read, %d written, want %d and %d", k.Read, k.Written, read, written)
	}
}

// TestCountersGoOn goes on to the end of the counters, begins again, and asks for more of them.
func TestCountersGoOn(t *testing.T) {
	b, _ := onPaper(t, offered.Info{})
	all, lent := b.counters.all, len(b.owned.lent)
	for _, c := range []struct{ n, from int }{{5, 0}, {7, 5}, {someCounters - 13, 12}, {2, 0}, {someCounters, 0}, {1, 0}} {
		if x := b.countersOf(c.n); x.Len() != c.n || x.Addr() != all.From(c.from).Addr() {
			t.Fatalf("%d counters from %d on, want %d from %d on", x.Len(), (x.Addr()-all.Addr())/4, c.n, c.from)
		}
	}
	fills := b.Counts().Moves
	if x := b.countersOf(someCounters + 3); x.Len() != someCounters+3 || b.counters.next != x.Len() {
		t.Errorf("%d counters, %d are taken, want %d", x.Len(), b.counters.next, someCounters+3)
	}
	if now := b.Counts().Moves; now != fills+1 || len(b.owned.lent) != lent {
		t.Errorf("%d fills, want that of more counters; %d memories, want %d", now-fills, len(b.owned.lent), lent)
	}
}

// TestPartsOfALayeredDevice has parts added up by a launch of their own where one workgroup
// may not see in time what another wrote, in the same order: to the same bytes.
func TestPartsOfALayeredDevice(t *testing.T) {
	b, list := onPaper(t, offered.Info{Layered: true})
	b.Run(&device.Products{List: list})
	if k := b.Counts().Kernels; k["product"].Launches != 2 || k["productsum"].Launches != 2 || b.counters.next != 0 {
		t.Errorf("%d and %d launches, want 2 and 2; %d tiles counted, want none", k["product"].Launches,
			k["productsum"].Launches, b.counters.next)
	}

	forward, reversed := opened(t)
	layered := func(is bool) { forward.info.Layered, reversed.info.Layered = is, is }
	defer layered(forward.info.Layered)
	for _, ofB := range smallest([]bool{false, true}) {
		h := newHarness(t)
		p := h.product(true, false, 33, 37, 2100, 3)
		p.Sums, p.SumsOfB = h.random(33), ofB
		if p.Then.Bias = h.random(37); ofB {
			p.Sums = h.random(37)
		}
		call := &device.Products{List: []device.Product{p}}
		for _, x := range h.buffers {
			x.before = x.host
		}
		layered(false)
		one := h.on(forward, []device.Call{call})
		layered(true)
		h.same(rounding(2100), call)
		for i, x := range h.on(forward, []device.Call{call}).values {
			if at := differ(x, one.values[i]); at >= 0 {
				t.Errorf("buffer %d: %v at %d, and by one launch %v", i, x[at], at, one.values[i][at])
			}
		}
	}
}
