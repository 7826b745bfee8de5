package vulkan

import "github.com/lmkor/bench/device"

const mostTables = 4 // that one gather reads

// gather sums up a few tables' rows in one launch, and adds those of more tables.
func (b *Backend) gather(o *device.Gather) {
	rows := len(o.Lookups[0].IDs)
	if rows*o.Cols == 0 {
		return
	}
	for from := 0; from < len(o.Lookups); from += mostTables {
		few := o.Lookups[from:min(len(o.Lookups), from+mostTables)]
		l := launch{kernel: "gather", spec: []uint32{uint32(len(few)), flag(from > 0)}, groups: overElements(rows * o.Cols),
			writes: over(o.Y)}
		if from > 0 {
			l.reads = over(o.Y)
		}
		var tables, ids [mostTables]any
		for i := range mostTables {
			tables[i], ids[i] = device.Buffer{}, device.Buffer{}
			if i < len(few) {
				tables[i], ids[i] = few[i].Table, b.words(few[i].IDs)
				l.reads = append(l.reads, some(few[i].Table, rows*o.Cols)...)
			}
		}
		l.push = pack(append(append(append([]any{o.Y}, tables[:]...), ids[:]...), rows, o.Cols)...)
		b.launch(l)
	}
}
