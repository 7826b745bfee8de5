package vulkan

import (
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
)

// The harness sees what it is there to see: these tests plant a mistake each.

// A launch that does not say what it reads changes its result when the launches
// between two barriers are reversed.
func TestReverseShowsAMissingBarrier(t *testing.T) {
	run := func(b *Backend) []float32 {
		x, y, z := b.New(64), b.New(64), b.New(64)
		b.Write(x, slices.Repeat([]float32{1}, 64))
		b.Read(nil, device.Buffer{})
		b.launch(launch{kernel: "add", groups: overElements(64), push: pack(y, x, 64), writes: over(y)})
		b.launch(launch{kernel: "add", groups: overElements(64), push: pack(z, y, 64), writes: over(z)}) // reads y
		out := make([]float32, 64)
		b.Read(out, z)
		return out
	}
	first, second := run(alone(t, options{})), run(alone(t, options{reversed: true}))
	if differ(first, second) < 0 {
		t.Error("a missing barrier was not seen")
	}
}

func TestGuardsShowAWriteBehindABuffer(t *testing.T) {
	b := alone(t, options{poison: true})
	x, huge := b.Get(64), b.New(65)
	b.Write(huge, slices.Repeat([]float32{1e18}, 65))
	b.launch(launch{kernel: "add", groups: overElements(65), push: pack(x, huge, 65), reads: over(huge), writes: over(x)})
	if b.guardsHold() == nil {
		t.Error("a write behind a buffer was not seen")
	}
}

func TestPoisonShowsAReadOfFreshMemory(t *testing.T) {
	b := alone(t, options{poison: true})
	out := make([]float32, 4)
	b.Read(out, b.Get(4))
	for _, v := range out {
		if !math.IsNaN(float64(v)) {
			t.Errorf("fresh memory holds %v", v)
		}
	}
}
