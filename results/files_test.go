package results

import "testing"

// A process that may open few files reads as few runs at once.
func TestAtOnce(t *testing.T) {
	for files, want := range map[uint64]int{0: 1, 7: 1, 64: 16, 1023: 255, 1024: 256, 1 << 40: 256} {
		if got := atOnceOf(files); got != want {
			t.Errorf("%d files: %d at once, want %d", files, got, want)
		}
	}
	if n := AtOnce(); n < 1 || n > mostAtOnce {
		t.Errorf("%d at once", n)
	}
}
