package vulkan

import (
	"context"
	"fmt"
	"os"
	"time"
)

// timeoutVariable names how long the device may take for what was submitted.
const timeoutVariable = "BENCH_VULKAN_TIMEOUT"

// How long a device may go without having done any of what was submitted, before it
// is taken for hung. A submission is some dozen launches: GPUs take milliseconds for
// it, drivers that run kernels on the processor compile them first.
const (
	gpuPatience = 2 * time.Minute
	cpuPatience = 20 * time.Minute

	stoppedShare = 12 // of patience is left once the program has been told to stop: a twelfth
	waitSlice    = 100 * time.Millisecond
)

// patience returns how long a device of that kind may take, or what the environment
// says.
func patience(onCPU bool) (time.Duration, error) {
	if s := os.Getenv(timeoutVariable); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return 0, fmt.Errorf("%s=%q: want a time above zero, such as 90s or 10m", timeoutVariable, s)
		}
		return d, nil
	}
	if onCPU {
		return cpuPatience, nil
	}
	return gpuPatience, nil
}

// HungError is the error of a device that does not get on with what was submitted.
type HungError struct {
	After   time.Duration
	Stopped bool // the program had been told to stop
}

func (e *HungError) Error() string {
	if e.Stopped {
		return fmt.Sprintf("it has done nothing for %v since the program was told to stop", e.After)
	}
	return fmt.Sprintf("it has done nothing of what was submitted for %v", e.After)
}

// Heed has waits end soon where the device hangs and ctx is cancelled.
func (b *Backend) Heed(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heeds = ctx
}

// wait waits for a value of the timeline, for as long as the device gets on.
func (b *Backend) wait(value uint64) {
	q := &b.queue
	if value <= q.done {
		return
	}
	if b.options.fail != nil {
		b.must(b.options.fail("wait"))
	}
	s := silence{limit: b.patience}
	for {
		start := time.Now()
		done, err := b.device.Wait(value, waitSlice)
		b.must(err)
		if done {
			q.done = value
			return
		}
		now, err := b.device.Done()
		b.must(err)
		s.add(time.Since(start), now > q.done)
		q.done = max(q.done, now)
		if b.heeds != nil && b.heeds.Err() != nil {
			s.stop()
		}
		if s.lasts > s.limit {
			b.hung = true
			b.must(&HungError{After: s.limit, Stopped: s.stopped})
		}
	}
}

// silence is how long a device has done nothing while the program was there to see it:
// one that was itself stopped for hours, as a batch system does, has waited for none.
type silence struct {
	lasts, limit time.Duration
	stopped      bool // the program has been told to stop
}

// add adds a slice of waiting, in which the device has got on or not.
func (s *silence) add(slice time.Duration, goneOn bool) {
	if s.lasts += min(slice, 2*waitSlice); goneOn {
		s.lasts = 0
	}
}

// stop leaves a twelfth of the limit, from now on.
func (s *silence) stop() {
	if !s.stopped {
		s.lasts, s.limit, s.stopped = 0, s.limit/stoppedShare, true
	}
}
