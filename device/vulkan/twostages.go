package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

// What of a product's flags its first stage has to know.
const ofFirstStage = flagVecA | flagVecB | flagTransA | flagTransB | flagSums | flagSumsB

// splitProducts are products whose parts of K lie in scratch, each product's behind
// the one's before.
type splitProducts struct {
	kind    productKind
	list    []*device.Product
	scratch device.Buffer
	parts   int
}

// each is the number of floats of a product's parts, whose rows are rounded up to
// vectors, and of the sums of rows behind.
func (s *splitProducts) each() int {
	sums := s.kind.m
	if s.kind.flags&flagSumsB != 0 {
		sums = s.kind.n
	}
	return tiling.RoundUp(s.parts*(s.kind.m*tiling.RoundUp(s.kind.n, 4)+sums), 4)
}

func (s *splitProducts) of(i int) device.Buffer { return s.scratch.Slice(i*s.each(), (i+1)*s.each()) }

// firstStage has l, which computes parts of the products, leave them in scratch.
func (b *Backend) firstStage(l *launch, k productKind, list []*device.Product, all []operands, parts int) *splitProducts {
	s := &splitProducts{kind: k, list: list, parts: parts}
	s.scratch = b.get(len(list) * s.each())
	l.writes = over(s.scratch)
	for i := range list {
		all[i*k.factors].c = s.of(i).Addr()
	}
	return s
}

// addParts is the second stage of products whose K was split.
func (b *Backend) addParts(s *splitProducts) {
	defer b.put(s.scratch)
	k := s.kind
	k.factors = 1
	x := uint32(min((k.m*tiling.RoundUp(k.n, 4)/4+groupSize-1)/groupSize, mostGroups))
	l := launch{kernel: "productsum", groups: [3]uint32{x, 1, uint32(len(s.list))}, reads: over(s.scratch),
		flops: float64(len(s.list) * s.each())}
	all := make([]operands, len(s.list))
	for i := range all {
		all[i].a = s.of(i).Addr()
	}
	b.finishes(&l, s.list, all, int(x))
	b.launchOperands(&l, k, k.flags, all, splitting{parts: s.parts})
}
