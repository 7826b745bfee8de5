package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/rates"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

// flagHalves has shader rowproduct round its factors to float16: see half.glsl.
const flagHalves = 1 << 24

// cut is how products of one kind are launched: by which kernel, in workgroups that make bm×bn
// of C each, in parts of K, and what the kernel is told of its tile.
type cut struct {
	kernel      string
	bm, bn      uint32
	part, parts int
	stages      int // 2: another launch adds up the parts of K
	spec        []uint32
	subgroup    uint32
}

// cutOf cuts count products of a kind.
func (b *Backend) cutOf(k productKind, count int) cut {
	if k.half {
		g, part, parts := b.info.Matrices.Spread(k.m, k.n, k.k, count, b.info.Shared)
		return cut{kernel: "matrixproduct", stages: 2, bm: g.BM, bn: g.BN, part: part, parts: parts, subgroup: g.Wave,
			spec: []uint32{g.BM, g.BN, g.BK, g.WM, g.WN, g.Invocations(), uint32(k.factors), g.M, g.N, g.K}}
	}
	of := tiling.For
	if b.options.cut != nil {
		of = b.options.cut
	}
	t, parts := of(k.m, k.n, k.k*k.factors, count)
	part, parts := t.Part(k.k, parts)
	return cut{kernel: "product", bm: t.BM, bn: t.BN, part: part, parts: parts, stages: b.info.Stages(),
		spec: []uint32{t.BM, t.BN, t.BK, t.TM, t.TN, t.Slices, t.Invocations(), uint32(k.factors)}}
}

// refuses says why there are no products in a precision, and nothing where there are.
func (b *Backend) refuses(p device.Precision) string {
	switch {
	case p == device.Float32, p == device.Float16 && b.info.Matrices.Wave != 0:
		return ""
	case p == device.Float16:
		return b.info.NoMatrices
	}
	return "no driver that runs without a card can test it"
}

// Float16Rates measures what products reach in float16 and in float32, in GFLOP/s, in some
// hundredths of a second on a card.
func (b *Backend) Float16Rates() (half, full float64) {
	half, full = rates.Measure(b)
	return half / 1e9, full / 1e9
}
