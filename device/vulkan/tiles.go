package vulkan

// tile is how product cuts C among workgroups, and a part of it among invocations:
// bm×bn a workgroup, tm×tn an invocation, bk of K at a time.
//
// least is how much of K is worth a part, and adding up the parts another launch:
// where few workgroups have little to do at each step, less is.
type tile struct {
	bm, bn, bk, tm, tn uint32
	least              int
}

// The tiles, from large to small. The larger one is, the more often what is read is
// used; the smaller, the more workgroups there are to fill a device with.
var (
	large  = tile{128, 128, 16, 8, 8, 512}
	medium = tile{64, 64, 16, 4, 4, 768}
	small  = tile{32, 32, 32, 4, 4, 768}
	flat   = tile{4, 256, 8, 4, 4, 64}  // few rows, as of a head's gradient: see launchRows for others
	narrow = tile{128, 4, 8, 4, 4, 128} // few columns, as of a head
)

const (
	enough    = 96  // workgroups that fill a device
	splitInto = 192 // workgroups that split products shall have
	mostParts = 16
)

func (t tile) invocations() uint32 { return t.bm / t.tm * (t.bn / t.tn) }

// count is the number of workgroups of a product.
func (t tile) count(m, n int) int { return int(over32(m, t.bm)) * int(over32(n, t.bn)) }

// tileFor returns the tile for count products of that shape, and into how many parts
// their K is split. It depends on the shape alone, never on the device, for the parts
// decide the order of the sums.
func tileFor(m, n, k, count int) (t tile, parts int) {
	switch {
	case m <= int(flat.bm):
		t = flat
	case n <= int(narrow.bn):
		t = narrow
	case count*large.count(m, n) >= enough:
		t = large
	case count*medium.count(m, n) >= enough/4:
		t = medium
	default:
		t = small
	}
	groups := count * t.count(m, n)
	if groups >= enough {
		return t, 1
	}
	return t, max(1, min((splitInto+groups-1)/groups, k/t.least, mostParts))
}

// part returns how much of K goes into each of as many parts as asked for, or fewer:
// whole steps of the tile.
func (t tile) part(k, parts int) (part, count int) {
	if k == 0 {
		return 0, 1
	}
	part = roundUp((k+parts-1)/parts, int(t.bk))
	return part, (k + part - 1) / part
}

// over32 is the number of groups of `each` that n make.
func over32(n int, each uint32) uint32 { return uint32((n + int(each) - 1) / int(each)) }

func roundUp(n, to int) int { return (n + to - 1) / to * to }
