package barriers

import (
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
)

// at returns floats [from, to) of a memory that begins at 4096.
func at(from, to int) []Region { return Over(device.At(4096+4*uint64(from), to-from)) }

// columns returns columns [from, to) of rows of a matrix that is 12 wide.
func columns(from, to, rows int) []Region {
	return Block(device.Matrix{Buffer: device.At(4096+4*uint64(from), 12*rows-from), LD: 12}, rows, to-from)
}

// Of a table some rows are touched: any of them, but no more.
func TestSomeOfABuffer(t *testing.T) {
	b := device.At(4096, 100)
	for floats, want := range map[int]uint64{0: 0, 12: 48, 100: 400, 300: 400} {
		if s := Some(b, floats); len(s) != 1 || s[0].Bytes() != want || !s[0].overlaps(at(99, 100)[0]) {
			t.Errorf("%d floats of 100: %+v", floats, s)
		}
	}
	if s := Some(device.Buffer{}, 5); s != nil {
		t.Errorf("of no buffer: %+v", s)
	}
}

func TestRecorderPlacesBarriers(t *testing.T) {
	for _, c := range []struct {
		name string
		ops  []Op
		want string
	}{
		{"nothing shared", []Op{{Name: "a", Writes: at(0, 4)}, {Name: "b", Writes: at(4, 8)}}, "a b"},
		{"read after write", []Op{{Name: "a", Writes: at(0, 4)}, {Name: "b", Reads: at(3, 5), Writes: at(9, 10)}}, "a | b"},
		{"write after write", []Op{{Name: "a", Writes: at(0, 4)}, {Name: "b", Writes: at(3, 5)}}, "a | b"},
		{"write after read", []Op{{Name: "a", Reads: at(0, 4)}, {Name: "b", Writes: at(3, 5)}}, "a | b"},
		{"read after read", []Op{{Name: "a", Reads: at(0, 4)}, {Name: "b", Reads: at(0, 4)}}, "a b"},
		{"a barrier is enough for all before it", []Op{{Name: "a", Writes: at(0, 4)}, {Name: "b", Writes: at(4, 8)},
			{Name: "c", Reads: at(0, 4)}, {Name: "d", Reads: at(4, 8)}}, "a b | c d"},
		{"what is behind a barrier counts", []Op{{Name: "a", Writes: at(0, 4)}, {Name: "b", Reads: at(0, 4), Writes: at(4, 8)},
			{Name: "c", Reads: at(0, 4)}, {Name: "d", Reads: at(7, 8)}}, "a | b c | d"},
		{"in place", []Op{{Name: "a", Reads: at(0, 4), Writes: at(0, 4)}}, "a"},
		{"columns side by side", []Op{{Name: "a", Writes: columns(0, 4, 9)}, {Name: "b", Writes: columns(4, 8, 9)},
			{Name: "c", Writes: columns(8, 12, 9)}}, "a b c"},
		{"columns that meet", []Op{{Name: "a", Writes: columns(0, 5, 9)}, {Name: "b", Writes: columns(4, 8, 9)}}, "a | b"},
		{"the later columns first", []Op{{Name: "a", Writes: columns(8, 12, 9)}, {Name: "b", Writes: columns(0, 5, 9)}}, "a b"},
		{"columns and the whole", []Op{{Name: "a", Writes: columns(0, 5, 9)}, {Name: "b", Reads: at(6, 8)}}, "a | b"},
		{"rows apart", []Op{{Name: "a", Writes: columns(0, 5, 2)}, {Name: "b", Reads: at(24, 30)}}, "a b"},
	} {
		var got []string
		r := Recorder{Emit: func(o Op) { got = append(got, o.Name) }, Barrier: func() { got = append(got, "|") }}
		for _, o := range c.ops {
			r.Add(o)
		}
		r.Flush()
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
		checkOrder(t, c.name, c.ops, got)
	}
}

// checkOrder holds the barriers to a plain look at all pairs.
func checkOrder(t *testing.T, name string, ops []Op, got []string) {
	t.Helper()
	group := map[string]int{}
	n := 0
	for _, s := range got {
		if s == "|" {
			n++
		}
		group[s] = n
	}
	for i, a := range ops {
		for _, b := range ops[i+1:] {
			meet := false
			for _, x := range slices.Concat(a.Reads, a.Writes) {
				for _, y := range slices.Concat(b.Reads, b.Writes) {
					written := slices.Contains(a.Writes, x) || slices.Contains(b.Writes, y)
					meet = meet || written && shareByte(x, y)
				}
			}
			if meet && group[a.Name] == group[b.Name] {
				t.Errorf("%s: no barrier between %s and %s", name, a.Name, b.Name)
			}
		}
	}
}

// shareByte is Region.overlaps byte by byte.
func shareByte(a, b Region) bool {
	has := map[uint64]bool{}
	for r := range a.Rows {
		for i := range a.Width {
			has[a.At+r*a.Stride+i] = true
		}
	}
	for r := range b.Rows {
		for i := range b.Width {
			if has[b.At+r*b.Stride+i] {
				return true
			}
		}
	}
	return false
}

func TestReversedKeepsGroups(t *testing.T) {
	var got []string
	r := Recorder{Reversed: true, Emit: func(o Op) { got = append(got, o.Name) }, Barrier: func() { got = append(got, "|") }}
	for _, o := range []Op{{Name: "a", Writes: at(0, 4)}, {Name: "b", Writes: at(4, 8)}, {Name: "c", Reads: at(0, 8)}, {Name: "d"}} {
		r.Add(o)
	}
	r.Flush()
	if s := strings.Join(got, " "); s != "b a | d c" {
		t.Errorf("%s", s)
	}
}

// Pieces are submitted in the middle of a group: what was in flight then still needs
// its barrier.
func TestBarriersReachAcrossPieces(t *testing.T) {
	var got []string
	r := Recorder{Emit: func(o Op) { got = append(got, o.Name) }, Barrier: func() { got = append(got, "|") }}
	r.Add(Op{Name: "a", Writes: at(0, 4)})
	r.Flush()
	got = append(got, "submitted")
	r.Add(Op{Name: "b", Reads: at(0, 4)})
	r.Flush()
	if s := strings.Join(got, " "); s != "a submitted | b" {
		t.Errorf("%s", s)
	}
}
