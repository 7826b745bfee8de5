package vulkan

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
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
	b := alone(t, options{})
	if !b.info.CPU {
		t.Skip("NOT RUN: a GPU runs launches between two barriers in no order that shows")
	}
	first, second := run(b), run(alone(t, options{reversed: true}))
	if differ(first, second) < 0 {
		t.Error("a missing barrier was not seen")
	}
}

func TestGuardsShowAWriteBehindABuffer(t *testing.T) {
	b := alone(t, options{poison: true})
	x, huge := b.Get(64), b.New(65)
	b.Run(&device.Drop{Y: x, X: huge}) // as many as X has
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

// A layer that looks at every access names those that are past a buffer, of a read and
// of a write.
func TestAccessesShowWhatIsPastABuffer(t *testing.T) {
	if !accesses() {
		t.Skip("NOT RUN: no layer looks at accesses; VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT makes it do so")
	}
	for _, c := range []struct {
		name string
		y, x int
	}{{"a read", 65, 64}, {"a write", 64, 65}} {
		b := alone(t, options{apart: true})
		y, x := b.New(c.y), b.New(c.x)
		b.launch(launch{kernel: "drop", groups: overElements(65), writes: over(y), reads: over(x),
			push: pack(append([]any{y, x, device.Buffer{}}, append(dropping(kernels.Dropper{}), 65)...)...)})
		b.Read(nil, device.Buffer{})
		devices.mu.Lock()
		heard := strings.Join(devices.messages, "\n")
		devices.messages = nil
		devices.mu.Unlock()
		if !strings.Contains(heard, "out of bounds") {
			t.Errorf("%s past a buffer was not seen: %q", c.name, heard)
		}
	}
}
