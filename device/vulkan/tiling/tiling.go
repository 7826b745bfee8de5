// Package tiling says how a product is cut among a device's workgroups and invocations: by
// its shape alone, never by the device.
package tiling

// Tile is how shader product cuts C among workgroups, and a part of it among invocations:
// BM×BN a workgroup, TM×TN an invocation, BK of K at a time.
//
// least is how much of K is worth a part, and adding up the parts another launch:
// where few workgroups have little to do at each step, less is.
type Tile struct {
	BM, BN, BK, TM, TN uint32
	least              int
}

// The tiles, from large to small. The larger one is, the more often what is read is
// used; the smaller, the more workgroups there are to fill a device with.
var (
	Large  = Tile{128, 128, 16, 8, 8, 512}
	Medium = Tile{64, 64, 16, 4, 4, 768}
	Small  = Tile{32, 32, 32, 4, 4, 768}
	Flat   = Tile{4, 256, 8, 4, 4, 64}  // few rows, as of a head's gradient: see launchRows for others
	Narrow = Tile{128, 4, 8, 4, 4, 128} // few columns, as of a head
)

const (
	enough    = 96  // workgroups that fill a device
	splitInto = 192 // workgroups that split products shall have
	mostParts = 16
)

// Invocations is how many a workgroup has.
func (t Tile) Invocations() uint32 { return t.BM / t.TM * (t.BN / t.TN) }

// count is the number of workgroups of a product.
func (t Tile) count(m, n int) int { return int(Over(m, t.BM)) * int(Over(n, t.BN)) }

// For returns the tile for count products of that shape, and into how many parts
// their K is split. It depends on the shape alone, never on the device, for the parts
// decide the order of the sums.
func For(m, n, k, count int) (t Tile, parts int) {
	switch {
	case m <= int(Flat.BM):
		t = Flat
	case n <= int(Narrow.BN):
		t = Narrow
	case count*Large.count(m, n) >= enough:
		t = Large
	case count*Medium.count(m, n) >= enough/4:
		t = Medium
	default:
		t = Small
	}
	groups := count * t.count(m, n)
	if groups >= enough {
		return t, 1
	}
	return t, max(1, min((splitInto+groups-1)/groups, k/t.least, mostParts))
}

// Part returns how much of K goes into each of as many parts as asked for, or fewer:
// whole steps of the tile.
func (t Tile) Part(k, parts int) (part, count int) {
	if k == 0 {
		return 0, 1
	}
	part = RoundUp((k+parts-1)/parts, int(t.BK))
	return part, (k + part - 1) / part
}

// Over is the number of groups of each that n make.
func Over(n int, each uint32) uint32 { return uint32((n + int(each) - 1) / int(each)) }

// RoundUp is the least multiple of to that n fits into.
func RoundUp(n, to int) int { return (n + to - 1) / to * to }
