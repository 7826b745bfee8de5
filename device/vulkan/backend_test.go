package vulkan

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// alone opens a device of the test's own.
func alone(t testing.TB, o options) *Backend {
	t.Helper()
	opened(t)
	if o.cache == "" {
		o.cache = t.TempDir()
	}
	o.say = heard
	b, err := open(numbered(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// failure runs f and returns the Failure that it panics with.
func failure(t *testing.T, f func()) *device.Failure {
	t.Helper()
	var err error
	func() {
		defer device.Caught(&err)
		f()
	}()
	var failed *device.Failure
	if !errors.As(err, &failed) {
		t.Fatalf("%v, want a device.Failure", err)
	}
	return failed
}

func TestALostDeviceIsAnError(t *testing.T) {
	lost := false
	b := alone(t, options{fail: func(what string) error {
		if lost && what == "submit" { // it may be done before anybody waits
			return &vulkan.Error{Function: "vkQueueSubmit", Result: vulkan.DeviceLost}
		}
		return nil
	}})
	x := b.New(8)
	b.Run(&device.Clear{X: x})
	lost = true
	f := failure(t, func() { b.Read(make([]float32, 8), x) })
	for _, want := range []string{"vulkan:0", "vkQueueSubmit: VK_ERROR_DEVICE_LOST", "last saved state"} {
		if !strings.Contains(f.Error(), want) {
			t.Errorf("%v lacks %s", f, want)
		}
	}
	if f.TooLarge {
		t.Errorf("%v: said of what was computed", f)
	}
	lost = false
	if again := failure(t, func() { b.Get(5) }); again != f {
		t.Errorf("after that: %v", again)
	}
}

func TestExhaustedMemoryIsAnError(t *testing.T) {
	b := alone(t, options{most: 8 << 20})
	b.Put(b.Get(1000))
	f := failure(t, func() { b.Get(3 << 20) })
	if !errors.Is(f, vulkan.OutOfDeviceMemory) || !strings.Contains(f.Error(), "smaller batches") {
		t.Errorf("%v", f)
	}
}

func TestMemoryIsGivenBackAndJoined(t *testing.T) {
	b := alone(t, options{})
	for range 3 {
		var all []device.Buffer
		for i := range 9 {
			all = append(all, b.Get(100_000+i))
		}
		for _, x := range all {
			b.Put(x)
		}
	}
	if n := len(b.lent.slabs); n != 1 {
		t.Errorf("%d slabs, want the several of the first batch joined", n)
	}
	held, peak := b.Bytes()
	if peak < 4*900_000 || held < peak {
		t.Errorf("held %d, peak %d", held, peak)
	}
}

// Data of several chunks, written and read back, pass through staging unharmed while
// launches run.
func TestWriteAndReadLargeBuffers(t *testing.T) {
	b := alone(t, options{piece: 1})
	n := 3*chunkBytes/4 + 5
	x, y := b.New(n), b.Get(n)
	want := make([]float32, n)
	for i := range want {
		want[i] = float32(i % 4099)
	}
	for round := range 3 {
		want[round] = -1
		b.Write(x, want)
		b.Run(&device.Copy{Y: y, X: x}, &device.Add{Y: y, X: x})
		got := make([]float32, n)
		b.Read(got, y)
		for i := range got {
			if got[i] != 2*want[i] {
				t.Fatalf("round %d: element %d is %v, want %v", round, i, got[i], 2*want[i])
			}
		}
	}
	if len(b.stage.full) > manyChunks {
		t.Errorf("%d chunks of staging", len(b.stage.full))
	}
}

// Ids of many calls lie in staging at once, more than it has chunks for; each call
// still sees its own.
func TestStagedWordsLastTheirCall(t *testing.T) {
	b := alone(t, options{piece: 3})
	const rows = 300_000
	x := b.New(rows)
	ids := make([]int32, 0, rows)
	for round := range 12 {
		b.Write(x, slices.Repeat([]float32{1}, rows))
		ids = ids[:0]
		for i := round; i < rows; i += 2 {
			ids = append(ids, int32(i))
		}
		b.Run(&device.ClearRows{X: x, Rows: ids, Cols: 1})
		clear(ids) // the caller's again
		if round%4 != 3 {
			continue
		}
		got := make([]float32, rows)
		b.Read(got, x)
		for i, v := range got {
			if cleared := i >= round && (i-round)%2 == 0; cleared != (v == 0) {
				t.Fatalf("round %d: row %d is %v", round, i, v)
			}
		}
	}
}

func TestFetchIsLateAndInOrder(t *testing.T) {
	b := alone(t, options{})
	x, one := b.New(4), b.New(4)
	b.Write(one, []float32{1, 1, 1, 1})
	const many = 5000 // more than the ring has room for
	got := make([][]float32, many)
	var waits []func()
	for i := range got {
		got[i] = make([]float32, 4)
		b.Run(&device.Add{Y: x, X: one})
		if wait := b.Fetch(got[i], x); wait != nil && i%7 == 0 {
			waits = append(waits, wait)
		}
	}
	for _, wait := range waits {
		wait()
	}
	b.Read(nil, device.Buffer{})
	for i, g := range got {
		if want := float32(i + 1); g[0] != want || g[3] != want {
			t.Fatalf("fetch %d is %v, want %v", i, g, want)
		}
	}
}

func TestCountsAndClock(t *testing.T) {
	b := alone(t, options{})
	x, y := b.New(1000), b.New(1000)
	b.ResetCounts()
	b.Run(&device.Add{Y: y, X: x}, &device.Add{Y: x, X: y}, &device.Copy{Y: y, X: x})
	c := b.Counts()
	if c.Launches != 2 || c.Moves != 1 || c.Read != 5*4000 || c.Written != 3*4000 || c.Kernels["add"].Launches != 2 {
		t.Errorf("%+v", c)
	}
	b.Read(nil, device.Buffer{})
	if c := b.Counts(); c.Submissions != 1 || c.Barriers != 3 { // one behind what New fills
		t.Errorf("%+v", c)
	}
	if !b.Timed(true) {
		t.Skip("NOT RUN: the device takes no timestamps")
	}
	b.Run(&device.Add{Y: y, X: x})
	b.Read(nil, device.Buffer{})
	if s := b.Counts().Kernels["add"].Seconds; !(s > 0 && s < 60) {
		t.Errorf("an addition took %v s", s)
	}
}

func TestCallsWithoutAKernelPanicByName(t *testing.T) {
	b := alone(t, options{})
	defer func() {
		if s, ok := recover().(string); !ok || !strings.Contains(s, "vulkan.unknown") {
			t.Errorf("%v", s)
		}
	}()
	b.Run(unknown{})
}

// unknown is a call that no backend knows.
type unknown struct{ device.Call }
