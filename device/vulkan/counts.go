package vulkan

import "maps"

// Counts is what a backend has been given to do, since it was opened or since
// ResetCounts.
type Counts struct {
	Launches    int // of kernels
	Moves       int // copies and fills of the device's own
	Barriers    int
	Submissions int
	Read        int64   // bytes that launches and moves read, by what they say
	Written     int64   // and write
	Uploaded    int64   // bytes from the host
	Downloaded  int64   // to it
	FLOPs       float64 // of products and attention
	Kernels     map[string]KernelCounts
}

// KernelCounts is what one kernel was given to do.
type KernelCounts struct {
	Launches      int
	Read, Written int64 // bytes
	FLOPs         float64
	Seconds       float64 // while Timed
}

func newCounts() Counts { return Counts{Kernels: map[string]KernelCounts{}} }

// add counts an op when it is recorded.
func (c *Counts) add(o op) {
	var read, written int64
	for _, r := range o.reads {
		read += int64(r.bytes())
	}
	for _, r := range o.writes {
		written += int64(r.bytes())
	}
	if o.move {
		c.Moves++
	} else {
		c.Launches++
	}
	c.Read, c.Written, c.FLOPs = c.Read+read, c.Written+written, c.FLOPs+o.flops
	k := c.Kernels[o.name]
	k.Launches, k.Read, k.Written, k.FLOPs = k.Launches+1, k.Read+read, k.Written+written, k.FLOPs+o.flops
	c.Kernels[o.name] = k
}

func (c *Counts) took(name string, seconds float64) {
	k := c.Kernels[name]
	k.Seconds += seconds
	c.Kernels[name] = k
}

// Counts returns what was counted.
func (b *Backend) Counts() Counts {
	b.enter()
	defer b.leave()
	c := b.counts
	c.Kernels = maps.Clone(c.Kernels)
	return c
}

// ResetCounts begins to count anew.
func (b *Backend) ResetCounts() {
	b.enter()
	defer b.leave()
	b.counts = newCounts()
}
