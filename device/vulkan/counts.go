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
	Operators   map[string]KernelCounts // by what Attribute said; moves are counted as launches
}

// KernelCounts is what one kernel was given to do.
type KernelCounts struct {
	Launches      int
	Read, Written int64 // bytes
	FLOPs         float64
	Seconds       float64 // while Timed
}

func newCounts() Counts {
	return Counts{Kernels: map[string]KernelCounts{}, Operators: map[string]KernelCounts{}}
}

// add counts an op when it is recorded.
func (c *Counts) add(o op) {
	var read, written int64
	for _, r := range o.Reads {
		read += int64(r.Bytes())
	}
	for _, r := range o.Writes {
		written += int64(r.Bytes())
	}
	if o.Move {
		c.Moves++
	} else {
		c.Launches++
	}
	c.Read, c.Written, c.FLOPs = c.Read+read, c.Written+written, c.FLOPs+o.FLOPs
	for _, by := range []struct {
		counts map[string]KernelCounts
		name   string
	}{{c.Kernels, o.Name}, {c.Operators, o.Operator}} {
		k := by.counts[by.name]
		k.Launches, k.Read, k.Written, k.FLOPs = k.Launches+1, k.Read+read, k.Written+written, k.FLOPs+o.FLOPs
		by.counts[by.name] = k
	}
}

func (c *Counts) took(o stamped, seconds float64) {
	k, by := c.Kernels[o.kernel], c.Operators[o.operator]
	k.Seconds, by.Seconds = k.Seconds+seconds, by.Seconds+seconds
	c.Kernels[o.kernel], c.Operators[o.operator] = k, by
}

// Attribute says whose what is recorded from now on is, for Counts: the name of an
// operator, or nobody's.
func (b *Backend) Attribute(operator string) {
	b.enter()
	defer b.leave()
	b.operator = operator
}

// Counts returns what was counted.
func (b *Backend) Counts() Counts {
	b.enter()
	defer b.leave()
	c := b.counts
	c.Kernels, c.Operators = maps.Clone(c.Kernels), maps.Clone(c.Operators)
	return c
}

// ResetCounts begins to count anew.
func (b *Backend) ResetCounts() {
	b.enter()
	defer b.leave()
	b.counts = newCounts()
}
