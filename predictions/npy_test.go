package predictions

import (
	"bytes"
	"testing"
)

// The bytes are those that numpy.save writes for the same array.
func TestArrayIsNumPys(t *testing.T) {
	var b bytes.Buffer
	w, err := NewArrayWriter(&b, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]float32{{1, 2, 3}, {-0.5, 0, 4}} {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Write([]float32{1}); err == nil {
		t.Error("a short row is written")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	head := "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
	for len(head) < 127 {
		head += " "
	}
	want := head + "\n" + "\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x00\xbf\x00\x00\x00\x00\x00\x00\x80@"
	if b.String() != want {
		t.Errorf("%q\nwant %q", b.String(), want)
	}
}
