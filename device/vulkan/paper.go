package vulkan

import (
	"slices"

	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/internal/vulkan"
)

// Paper returns a backend that computes nothing and asks no device for anything: it
// counts what a device would be given to do, and keeps the books of the memory that it
// would hold. What is read of it is zero. Of the device, which need not be there, limits
// count; zero values are those that every device has.
func Paper(of offered.Info) *Backend {
	for i := range of.Groups {
		if of.Groups[i] == 0 {
			of.Groups[i] = mostGroups
		}
	}
	if of.AtOnce == 0 {
		of.AtOnce = 1 << 30
	}
	if of.Matrices.Wave == 0 {
		of.Matrices, of.Shared = tiling.OnPaper, 32<<10
	}
	if of.Name == "" {
		of.Name = "paper"
	}
	b := &Backend{info: of, options: options{idle: true}, paper: &paper{next: 1 << 20}, counts: newCounts(),
		pipelines: map[string]vulkan.Pipeline{}}
	b.begin()
	return b
}

// OnPaper tells whether there is no device: see Paper.
func (b *Backend) OnPaper() bool { return b.paper != nil }

// paper stands for a device.
type paper struct {
	next  uint64 // address that nothing has had yet
	begun uint64
}

// allocate hands out addresses, and memory where the host would see it.
func (p *paper) allocate(bytes int, use vulkan.Use) *vulkan.Memory {
	m := &vulkan.Memory{Address: p.next, Bytes: bytes}
	p.next += uint64(tiling.RoundUp(bytes, 1<<12)) + 1<<12
	if use != vulkan.Local {
		m.Host = make([]byte, bytes)
	}
	return m
}

// Footprint is the memory of a device that a backend holds, in bytes.
type Footprint struct {
	Model int64 // weights, gradients, moments, caches
	Batch int64 // activations, at the most that was held
	Data  int64 // on its way to the device and back
}

// All is the sum.
func (f Footprint) All() int64 { return f.Model + f.Batch + f.Data }

// Footprint returns what is held.
func (b *Backend) Footprint() Footprint {
	b.mu.Lock()
	defer b.mu.Unlock()
	var f Footprint
	for _, s := range b.owned.slabs {
		f.Model += int64(s.Bytes)
	}
	held, _ := b.lent.ledger.Bytes()
	f.Batch = int64(held)
	for _, c := range slices.Concat(b.stage.full, []*chunk{b.stage.now}) {
		if c != nil {
			f.Data += int64(c.memory.Bytes)
		}
	}
	for _, m := range []*vulkan.Memory{b.answers.memory, b.queue.readback} {
		if m != nil {
			f.Data += int64(m.Bytes)
		}
	}
	return f
}
