package vulkan

import (
	"cmp"
	"slices"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

// segment is a run of rows that are summed up: see shader segments.
type segment struct {
	to, from, end int
	apart         bool
}

// longest is how many rows an invocation sums up one after the other: more, as of a
// table of two rows, are summed up in parts.
const longest = 64

// scatterAdd adds rows in the order of t. Where a row of Dst is named more often than
// longest times, parts of the list have sums of their own, which are added in order.
func (b *Backend) scatterAdd(o *device.ScatterAdd) {
	order := make([]uint32, 0, len(o.IDs))
	for t, id := range o.IDs {
		if id >= 0 && id != o.Skip {
			order = append(order, uint32(t))
		}
	}
	slices.SortStableFunc(order, func(x, y uint32) int { return cmp.Compare(o.IDs[x], o.IDs[y]) })
	first, second, parts := segmentsOf(order, o.IDs)
	if len(first) == 0 || o.Cols == 0 {
		return
	}
	var scratch device.Buffer
	if parts > 0 {
		scratch = b.get(parts * o.Cols)
		defer b.put(scratch)
	}
	b.addSegments(o, o.Src, scratch, first, upload(b, order))
	if parts > 0 {
		b.addSegments(o, scratch, device.Buffer{}, second, device.Buffer{})
	}
}

func (b *Backend) addSegments(o *device.ScatterAdd, src, parts device.Buffer, list []segment, order device.Buffer) {
	words := make([]uint32, 0, 4*len(list))
	read, added := 0, 0 // rows
	for _, s := range list {
		read += s.end - s.from
		added += int(1 - flag(s.apart))
		words = append(words, uint32(s.to), uint32(s.from), uint32(s.end), flag(s.apart))
	}
	b.launch(launch{kernel: "segments", spec: []uint32{flag(!order.None())},
		groups: [3]uint32{tiling.Over(o.Cols, 64), uint32(min(len(list), mostGroups))},
		push:   pack(o.Dst, parts, src, upload(b, words), order, len(list), o.Cols),
		reads:  append(some(src, read*o.Cols), some(o.Dst, added*o.Cols)...),
		writes: append(some(o.Dst, added*o.Cols), some(parts, (len(list)-added)*o.Cols)...)})
}

// segmentsOf cuts order, in which rows of one id are side by side, into segments that
// are added to the id's row, or, where there are too many rows, to a part; second adds
// up the parts.
func segmentsOf(order []uint32, ids []int32) (first, second []segment, parts int) {
	for from := 0; from < len(order); {
		id, end := int(ids[order[from]]), from+1
		for end < len(order) && int(ids[order[end]]) == id {
			end++
		}
		if end-from <= longest {
			first = append(first, segment{to: id, from: from, end: end})
			from = end
			continue
		}
		begin := parts
		for ; from < end; from += longest {
			first = append(first, segment{parts, from, min(end, from+longest), true})
			parts++
		}
		from = end
		second = append(second, segment{to: id, from: begin, end: parts})
	}
	return first, second, parts
}
