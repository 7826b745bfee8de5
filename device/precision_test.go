package device

import (
	"errors"
	"testing"

	"github.com/lmkor/bench/kernels/parallel"
)

func TestPrecisionOf(t *testing.T) {
	for name, want := range map[string]Precision{"": Float32, "float32": Float32, "bfloat16": Bfloat16, "float16": Float16} {
		if got := PrecisionOf(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
		if name != "" && want.String() != name {
			t.Errorf("%v calls itself %s", want, want.String())
		}
	}
}

// The processor has no products in float16, and does not make others of them.
func TestCPURefusesFloat16(t *testing.T) {
	defer func() {
		var e *UnsupportedPrecision
		if err, ok := recover().(error); !ok || !errors.As(err, &e) || e.Precision != Float16 {
			t.Errorf("panicked with %v", err)
		}
	}()
	NewCPU(parallel.New(1)).Run(&Products{Precision: Float16})
}
