package vulkan

import "github.com/lmkor/bench/internal/vulkan"

// clock times launches, one by one: while it is on each waits for the one before,
// so that the sum is more than what they take side by side.
type clock struct {
	on      bool
	now     *vulkan.Clock // of the commands that are recorded now
	names   []stamped
	pending []timed
	spare   []*vulkan.Clock
}

type timed struct {
	clock *vulkan.Clock
	names []stamped
}

// stamped is an op that was timed.
type stamped struct{ kernel, operator string }

// clockStamps is how many launches of a submission are timed; more are not.
const clockStamps = 1024

// Timed turns timing on or off. It reports whether the device can.
func (b *Backend) Timed(on bool) bool {
	b.enter()
	defer b.leave()
	b.finish()
	b.queue.clock.on = on && b.queue.tick > 0
	return b.queue.tick > 0
}

func (k *clock) begin(b *Backend, c *vulkan.Commands) {
	if !k.on {
		return
	}
	if n := len(k.spare); n > 0 {
		k.now, k.spare = k.spare[n-1], k.spare[:n-1]
	} else {
		now, err := b.device.NewClock(clockStamps + 1)
		b.must(err)
		k.now = now
	}
	k.names = nil
	c.Reset(k.now)
	c.Stamp(k.now, 0)
}

// stamp ends the launch that was just recorded.
func (k *clock) stamp(b *Backend, c *vulkan.Commands, o op) {
	if k.now == nil || len(k.names) == clockStamps {
		return
	}
	c.Barrier()
	k.names = append(k.names, stamped{o.Name, o.Operator})
	c.Stamp(k.now, len(k.names))
}

func (k *clock) submitted() {
	if k.now != nil {
		k.pending = append(k.pending, timed{k.now, k.names})
		k.now = nil
	}
}

// read adds up what was timed, once the device is done.
func (k *clock) read(b *Backend) {
	for _, t := range k.pending {
		stamps, err := t.clock.Read(len(t.names) + 1)
		b.must(err)
		for i, name := range t.names {
			b.counts.took(name, float64(stamps[i+1]-stamps[i])*b.queue.tick*1e-9)
		}
		k.spare = append(k.spare, t.clock)
	}
	k.pending = k.pending[:0]
}

func (k *clock) close() {
	for _, t := range k.pending {
		k.spare = append(k.spare, t.clock)
	}
	if k.now != nil {
		k.spare = append(k.spare, k.now)
	}
	for _, c := range k.spare {
		c.Close()
	}
	*k = clock{}
}
