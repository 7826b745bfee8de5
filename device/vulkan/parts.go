package vulkan

import (
	"slices"

	"github.com/lmkor/bench/device"
)

// splitting is how K is split among workgroups: each has so much of it. Their parts of C
// and of sums of rows lie in scratch, and counters, one a tile, tell who is the last and
// adds them up: see parts.glsl.
type splitting struct {
	part, parts       int
	scratch, counters device.Buffer
}

// split lends what products need whose K is split, and notes that each part is written,
// and is read by the workgroup that adds them up, but that one's own.
func (b *Backend) split(s *splitting, l *launch, k productKind, c cut, count int) {
	tiles := count * int(l.groups[0]*l.groups[1])
	each := tiles * int(c.bm*c.bn)
	switch {
	case k.flags&flagSumsB != 0:
		each += count * int(l.groups[0]*c.bn)
	case k.flags&flagSums != 0:
		each += count * int(l.groups[1]*c.bm)
	}
	s.scratch, s.counters = b.get(s.parts*each), b.countersOf(tiles)
	l.writes = append(l.writes, over(s.scratch, s.counters)...)
	l.reads = slices.Concat(l.reads, some(s.scratch, (s.parts-1)*each), over(s.counters))
}

// counters are zeros that launches count by, and leave as zeros.
type counters struct {
	all  device.Buffer
	next int
}

// someCounters is how many there are at first: of several launches between two barriers.
const someCounters = 1 << 14

// countersOf returns n of them, others than the launches before had: they need no barrier.
func (b *Backend) countersOf(n int) device.Buffer {
	c := &b.counters
	if n > c.all.Len() {
		b.owned.put(c.all)
		*c = counters{all: b.owned.get(max(someCounters, n))}
		b.fill(c.all, 0)
	}
	if c.next+n > c.all.Len() {
		c.next = 0
	}
	c.next += n
	return c.all.Slice(c.next-n, c.next)
}
