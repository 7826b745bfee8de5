// Package tiling says how a product is cut among a device's workgroups and invocations: in
// float32 by its shape alone, with cooperative matrices by its shape and what the device has.
package tiling

import "fmt"

// Tile is how shader product cuts C among workgroups, and a part of it among invocations:
// BM×BN a workgroup, TM×TN an invocation, BK of K at a time, of which each of the slices of
// the workgroup's invocations has its own.
//
// Slices are how a tile has as many invocations as hide each other's waiting, and each of
// them enough of C that shared memory keeps up: an invocation reads TM + TN numbers for
// TM·TN multiplications. docs/gpu.md has the arithmetic.
type Tile struct{ BM, BN, BK, TM, TN, Slices uint32 }

// The tiles, from large to small. The larger one is, the more often what is read is
// used; the smaller, the more workgroups there are to fill a device with.
var (
	Large  = Tile{128, 128, 16, 8, 8, 1}
	Medium = Tile{64, 64, 32, 8, 8, 4}
	Tall   = Tile{64, 32, 32, 8, 4, 4}
	Small  = Tile{32, 32, 64, 4, 4, 4}
	Flat   = Tile{4, 256, 16, 4, 4, 4} // few rows, as of a head's gradient: see launchRows for others
	Narrow = Tile{128, 4, 32, 4, 4, 4} // few columns, as of a head
)

// How many workgroups a device is to have. It has some 30 to 150 multiprocessors, each of
// which computes for two or three at a time; where a few more workgroups than fit are
// left for the end, most of it waits for these.
const (
	ofLarge   = 512
	ofMedium  = 256
	ofTall    = 128
	ofParts   = 320 // where K is split
	mostParts = 16
	least     = 384 // of K: of less, adding the parts up would take longer than it saves
	leastFew  = 128 // with tiles for few rows or columns
)

// As many of grids, whose parts another launch adds up.
const (
	enough    = 96
	splitInto = 192
)

// mostTraffic is how much of what a product has to read and write its parts may be.
const mostTraffic = 0.4

func (t Tile) String() string {
	return fmt.Sprintf("%d×%d, %d of K, %d×%d an invocation, slices %d", t.BM, t.BN, t.BK, t.TM, t.TN, t.Slices)
}

// Invocations is how many a workgroup has.
func (t Tile) Invocations() uint32 { return t.BM / t.TM * (t.BN / t.TN) * t.Slices }

// count is the number of workgroups of a product.
func (t Tile) count(m, n int) int { return int(Over(m, t.BM)) * int(Over(n, t.BN)) }

// For returns the tile for count products of that shape, k being that of all factors, and
// into how many parts their K is split. It depends on the shape alone, never on the device,
// for the parts decide the order of the sums.
func For(m, n, k, count int) (t Tile, parts int) {
	each := least
	switch {
	case m <= int(Flat.BM):
		t, each = Flat, leastFew
	case n <= int(Narrow.BN):
		t, each = Narrow, leastFew
	case count*Large.count(m, n) >= ofLarge:
		t = Large
	case count*Medium.count(m, n) >= ofMedium:
		t = Medium
	case count*Tall.count(m, n) >= ofTall:
		t = Tall
	default:
		t = Small
	}
	groups := count * t.count(m, n)
	return t, max(1, min((ofParts+groups-1)/groups, k/each, mostParts, affordable(m, n, k)))
}

// affordable is into how many parts K may be split for mostTraffic: all are written, and all
// but the last one's own are read.
func affordable(m, n, k int) int {
	c := float64(m) * float64(n)
	all := c + float64(k)*float64(m+n)
	return int((mostTraffic*all/c + 1) / 2)
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
