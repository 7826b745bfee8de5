package push

import (
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
)

func TestConstantsAreLaidOut(t *testing.T) {
	got := Constants(device.At(0x1122334455667788, 1), device.Buffer{}, int32(-1), 7, true, float32(1))
	want := []byte{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x80, 0x3f}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for name, f := range map[string]func(){
		"an address at 4":   func() { Constants(1, device.At(8, 1)) },
		"33 bits":           func() { Constants(1 << 33) },
		"more than 128":     func() { Constants(make([]any, 0, 40), 1) },
		"a string":          func() { Constants("x") },
		"thirty-three ints": func() { Constants(slices.Repeat([]any{1}, 33)...) },
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
