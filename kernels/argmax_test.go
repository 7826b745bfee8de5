package kernels

import "testing"

func TestArgmax(t *testing.T) {
	if i := Argmax([]float32{1, 3, 3, 2}); i != 1 {
		t.Errorf("argmax %d, want the first of equals", i)
	}
}
