package rates

import (
	"math"
	"testing"

	"github.com/lmkor/bench/device"
)

// flushing computes as the CPU does, but takes small numbers of a factor for 0.
type flushing struct {
	*device.CPU
	a, b bool
}

func (f *flushing) Run(calls ...device.Call) {
	p := calls[0].(*device.Products).List[0]
	for _, of := range []struct {
		on bool
		x  []float32
	}{{f.a, p.A.Floats()}, {f.b, p.B.Floats()}} {
		for i, v := range of.x {
			if of.on && math.Abs(float64(v)) < 0x1p-14 {
				of.x[i] = 0
			}
		}
	}
	f.CPU.Run(&device.Products{List: []device.Product{p}})
}

// A device that takes small numbers of either factor for 0 is seen.
func TestKeepsSmall(t *testing.T) {
	for _, c := range []struct{ a, b bool }{{}, {a: true}, {b: true}, {true, true}} {
		if got, want := KeepsSmall(&flushing{new(device.CPU), c.a, c.b}), !c.a && !c.b; got != want {
			t.Errorf("%+v: %v, want %v", c, got, want)
		}
	}
}
