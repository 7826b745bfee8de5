package kernels

import "testing"

// TestFullest counts the lines that compete: of rows 4096 bytes apart all do.
func TestFullest(t *testing.T) {
	for _, c := range []struct{ rows, n, ld, want int }{
		{6, 256, 768, 2}, {6, 272, 256, 4}, {6, 256, 512, 3}, {6, 256, 1024, 6}, {6, 288, 3072, 6}, {14, 384, 768, 8}, {1, 1, 1, 1},
	} {
		if got := fullest(c.rows, c.n, c.ld); got != c.want {
			t.Errorf("%d rows of %d floats, %d apart: %d, want %d", c.rows, c.n, c.ld, got, c.want)
		}
	}
}
