package vulkan

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// never is a value of the timeline that nothing submitted will reach: to who waits for
// it the device hangs.
func never(b *Backend) uint64 { return b.queue.begun() + 1 }

func TestAHungDeviceIsAnError(t *testing.T) {
	b := alone(t, options{})
	x := b.New(8)
	b.Read(make([]float32, 8), x)
	b.patience = 300 * time.Millisecond
	start := time.Now()
	f := failure(t, func() { b.wait(never(b)) })
	if took := time.Since(start); took < b.patience {
		t.Errorf("it was given %v, want %v", took, b.patience)
	}
	for _, want := range []string{"vulkan:0", "nothing of what was submitted for 300ms", "last saved state",
		timeoutVariable + "=1.2s"} {
		if !strings.Contains(f.Error(), want) {
			t.Errorf("%v lacks %s", f, want)
		}
	}
	if f.TooLarge {
		t.Errorf("%v: said of what was computed", f)
	}
	if again := failure(t, func() { b.Read(make([]float32, 8), x) }); again != f {
		t.Errorf("after that: %v", again)
	}
	// The device does not really hang: it is given back.
	b.hung = false
}

// A program that is told to stop ends soon, though the device hangs.
func TestAHungDeviceIsWaitedForNoLongerOnceStopped(t *testing.T) {
	b := alone(t, options{})
	ctx, cancel := context.WithCancel(t.Context())
	b.Heed(ctx)
	b.patience = stoppedShare * 100 * time.Millisecond
	cancel()
	f := failure(t, func() { b.wait(never(b)) })
	var hung *HungError
	if !errors.As(f, &hung) || !hung.Stopped || hung.After != 100*time.Millisecond {
		t.Errorf("%v", f)
	}
	b.hung = false
}

// A device that does a piece of its work now and then is slow and does not hang, and
// while the program stood still nobody saw whether it does.
func TestASlowDeviceIsWaitedFor(t *testing.T) {
	const slow = waitSlice + waitSlice/10 // what a slice takes
	for _, c := range []struct {
		name   string
		slices []time.Duration
		goesOn int // every so manieth slice; 0: never
		stopAt int // the slice from which the program is told to stop; 0: never
		hungAt int // the slice that is one too many; 0: none
	}{
		{"it goes on now and then", slices.Repeat([]time.Duration{slow}, 1000), 9, 0, 0},
		{"it goes on too seldom", slices.Repeat([]time.Duration{slow}, 1000), 12, 0, 10},
		{"the program stood still", []time.Duration{slow, slow, time.Hour, slow, time.Hour, slow}, 0, 0, 0},
		{"and the device does nothing", append([]time.Duration{time.Hour}, slices.Repeat([]time.Duration{slow}, 20)...), 0, 0, 9},
		{"it is told to stop", slices.Repeat([]time.Duration{slow}, 20), 0, 5, 6},
	} {
		s := silence{limit: 10 * waitSlice}
		hungAt := 0
		for i, d := range c.slices {
			s.add(d, c.goesOn > 0 && (i+1)%c.goesOn == 0)
			if c.stopAt > 0 && i+1 >= c.stopAt {
				s.stop()
			}
			if s.lasts > s.limit {
				hungAt = i + 1
				break
			}
		}
		if hungAt != c.hungAt {
			t.Errorf("%s: taken for hung at slice %d, want %d", c.name, hungAt, c.hungAt)
		}
	}
}

func TestPatience(t *testing.T) {
	for set, want := range map[string]time.Duration{"": gpuPatience, "90s": 90 * time.Second, "1h": time.Hour, "0s": 0, "-1s": 0,
		"5": 0} {
		t.Setenv(timeoutVariable, set)
		got, err := patience(false)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %v, %v", set, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), timeoutVariable+`="`+set+`": want a time above zero`) {
			t.Errorf("%q: %v", set, err)
		}
	}
}

// Exhausted memory says what it was wanted for, and what to do then.
func TestExhaustedMemorySaysWhatToDo(t *testing.T) {
	for what, c := range map[string]struct {
		do    func(b *Backend)
		wants []string
	}{
		"allocate " + string(forModel): {func(b *Backend) { b.New(1000) },
			[]string{"no 2 MiB for the model's weights, gradients and moments", "a smaller model"}},
		"allocate " + string(forBatch): {func(b *Backend) { b.Get(1000) },
			[]string{"no 2 MiB for a batch's activations", "batch_size", "max_length", "--batch-tokens"}},
		"allocate " + string(forData): {func(b *Backend) { b.Write(b.New(4), make([]float32, 4)) },
			[]string{"no 4 MiB for data on their way to the device", "another program"}},
		"allocate " + string(forAnswers): {func(b *Backend) { b.Read(make([]float32, 4), b.New(4)) },
			[]string{"numbers on their way back", "another program"}},
		"compile": {func(b *Backend) { b.Run(&device.Add{Y: b.New(4), X: b.New(4)}) },
			[]string{"no memory for compiled kernels", "another program"}},
	} {
		b := alone(t, options{fail: func(did string) error {
			if did == what {
				return &vulkan.Error{Function: "vkAllocateMemory", Result: vulkan.OutOfDeviceMemory}
			}
			return nil
		}})
		f := failure(t, func() { c.do(b) })
		for _, want := range append(c.wants, "vulkan:0", "VK_ERROR_OUT_OF_DEVICE_MEMORY", "memory is exhausted", "device=cpu") {
			if !strings.Contains(f.Error(), want) {
				t.Errorf("%s: %v lacks %s", what, f, want)
			}
		}
		if !f.TooLarge {
			t.Errorf("%s: %v: not said of what was computed", what, f)
		}
	}
}
