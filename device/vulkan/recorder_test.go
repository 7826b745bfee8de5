package vulkan

import (
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
)

// at returns floats [from, to) of a memory that begins at 4096.
func at(from, to int) []region { return over(device.At(4096+4*uint64(from), to-from)) }

// columns returns columns [from, to) of rows of a matrix that is 12 wide.
func columns(from, to, rows int) []region {
	return block(device.Matrix{Buffer: device.At(4096+4*uint64(from), 12*rows-from), LD: 12}, rows, to-from)
}

func TestRecorderPlacesBarriers(t *testing.T) {
	for _, c := range []struct {
		name string
		ops  []op
		want string
	}{
		{"nothing shared", []op{{name: "a", writes: at(0, 4)}, {name: "b", writes: at(4, 8)}}, "a b"},
		{"read after write", []op{{name: "a", writes: at(0, 4)}, {name: "b", reads: at(3, 5), writes: at(9, 10)}}, "a | b"},
		{"write after write", []op{{name: "a", writes: at(0, 4)}, {name: "b", writes: at(3, 5)}}, "a | b"},
		{"write after read", []op{{name: "a", reads: at(0, 4)}, {name: "b", writes: at(3, 5)}}, "a | b"},
		{"read after read", []op{{name: "a", reads: at(0, 4)}, {name: "b", reads: at(0, 4)}}, "a b"},
		{"a barrier is enough for all before it", []op{{name: "a", writes: at(0, 4)}, {name: "b", writes: at(4, 8)},
			{name: "c", reads: at(0, 4)}, {name: "d", reads: at(4, 8)}}, "a b | c d"},
		{"what is behind a barrier counts", []op{{name: "a", writes: at(0, 4)}, {name: "b", reads: at(0, 4), writes: at(4, 8)},
			{name: "c", reads: at(0, 4)}, {name: "d", reads: at(7, 8)}}, "a | b c | d"},
		{"in place", []op{{name: "a", reads: at(0, 4), writes: at(0, 4)}}, "a"},
		{"columns side by side", []op{{name: "a", writes: columns(0, 4, 9)}, {name: "b", writes: columns(4, 8, 9)},
			{name: "c", writes: columns(8, 12, 9)}}, "a b c"},
		{"columns that meet", []op{{name: "a", writes: columns(0, 5, 9)}, {name: "b", writes: columns(4, 8, 9)}}, "a | b"},
		{"the later columns first", []op{{name: "a", writes: columns(8, 12, 9)}, {name: "b", writes: columns(0, 5, 9)}}, "a b"},
		{"columns and the whole", []op{{name: "a", writes: columns(0, 5, 9)}, {name: "b", reads: at(6, 8)}}, "a | b"},
		{"rows apart", []op{{name: "a", writes: columns(0, 5, 2)}, {name: "b", reads: at(24, 30)}}, "a b"},
	} {
		var got []string
		r := recorder{emit: func(o op) { got = append(got, o.name) }, barrier: func() { got = append(got, "|") }}
		for _, o := range c.ops {
			r.add(o)
		}
		r.flush()
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
		checkOrder(t, c.name, c.ops, got)
	}
}

// checkOrder holds the barriers to a plain look at all pairs.
func checkOrder(t *testing.T, name string, ops []op, got []string) {
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
			for _, x := range slices.Concat(a.reads, a.writes) {
				for _, y := range slices.Concat(b.reads, b.writes) {
					written := slices.Contains(a.writes, x) || slices.Contains(b.writes, y)
					meet = meet || written && shareByte(x, y)
				}
			}
			if meet && group[a.name] == group[b.name] {
				t.Errorf("%s: no barrier between %s and %s", name, a.name, b.name)
			}
		}
	}
}

// shareByte is region.overlaps byte by byte.
func shareByte(a, b region) bool {
	has := map[uint64]bool{}
	for r := range a.rows {
		for i := range a.width {
			has[a.at+r*a.stride+i] = true
		}
	}
	for r := range b.rows {
		for i := range b.width {
			if has[b.at+r*b.stride+i] {
				return true
			}
		}
	}
	return false
}

func TestReversedKeepsGroups(t *testing.T) {
	var got []string
	r := recorder{reversed: true, emit: func(o op) { got = append(got, o.name) }, barrier: func() { got = append(got, "|") }}
	for _, o := range []op{{name: "a", writes: at(0, 4)}, {name: "b", writes: at(4, 8)}, {name: "c", reads: at(0, 8)}, {name: "d"}} {
		r.add(o)
	}
	r.flush()
	if s := strings.Join(got, " "); s != "b a | d c" {
		t.Errorf("%s", s)
	}
}

// Pieces are submitted in the middle of a group: what was in flight then still needs
// its barrier.
func TestBarriersReachAcrossPieces(t *testing.T) {
	var got []string
	r := recorder{emit: func(o op) { got = append(got, o.name) }, barrier: func() { got = append(got, "|") }}
	r.add(op{name: "a", writes: at(0, 4)})
	r.flush()
	got = append(got, "submitted")
	r.add(op{name: "b", reads: at(0, 4)})
	r.flush()
	if s := strings.Join(got, " "); s != "a submitted | b" {
		t.Errorf("%s", s)
	}
}

func TestPackLaysOut(t *testing.T) {
	got := pack(device.At(0x1122334455667788, 1), device.Buffer{}, int32(-1), 7, true, float32(1))
	want := []byte{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x80, 0x3f}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for name, f := range map[string]func(){
		"an address at 4":   func() { pack(1, device.At(8, 1)) },
		"33 bits":           func() { pack(1 << 33) },
		"more than 128":     func() { pack(make([]any, 0, 40), 1) },
		"a string":          func() { pack("x") },
		"thirty-three ints": func() { pack(slices.Repeat([]any{1}, 33)...) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
