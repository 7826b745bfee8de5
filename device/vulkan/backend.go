package vulkan

import (
	"errors"
	"fmt"
	"sync"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// Backend computes on one device. It may be used by several goroutines, one at a
// time has it. Its methods panic with a *device.Failure when the device is lost or
// has no memory left; after that they all do.
type Backend struct {
	mu       sync.Mutex
	info     Info
	instance *vulkan.Instance
	device   *vulkan.Device
	options  options
	failure  *device.Failure

	lent, owned *memory // activations, and what New returns
	stage       staging
	answers     answers
	recorder    recorder
	queue       queue
	pipelines   map[string]vulkan.Pipeline
	cache       cacheFile
	counts      Counts
	known       map[*float64]device.Buffer // sums of squares that products left: see squaresFor
	guards      []device.Buffer            // of tests: what must not change, behind what Get lends
}

var _ device.Backend = (*Backend)(nil)

// options are what tests set.
type options struct {
	reversed bool                    // run launches between two barriers the last first
	idle     bool                    // launch nothing, and only count it
	poison   bool                    // what Get lends is full of NaN, with a guard behind
	piece    int                     // launches of a submission; 0: pieceOps
	most     int64                   // bytes of device memory; 0: as many as there are
	say      func(string)            // hears the validation layers
	cache    string                  // folder of the pipeline cache; empty: the user's
	fail     func(what string) error // fails a call to the device: submit, wait or allocate
}

// Open opens device number index of those that Devices returns.
func Open(index int) (*Backend, error) { return open(index, options{}) }

func open(index int, o options) (*Backend, error) {
	library, err := vulkan.Open()
	if err != nil {
		return nil, advised(err)
	}
	b := &Backend{options: o, pipelines: map[string]vulkan.Pipeline{}, counts: newCounts(),
		known: map[*float64]device.Buffer{}}
	if b.instance, err = library.NewInstance(o.say); err != nil {
		return nil, advised(err)
	}
	if err := b.open(index); err != nil {
		b.instance.Close()
		return nil, err
	}
	return b, nil
}

func (b *Backend) open(index int) error {
	physicals, err := b.instance.Physicals()
	if err != nil {
		return advised(err)
	}
	if index < 0 || index >= len(physicals) {
		return fmt.Errorf("device vulkan:%d: there are %d", index, len(physicals))
	}
	p := physicals[index]
	b.info = info(index, p)
	if b.device, err = p.Open(); err != nil {
		return fmt.Errorf("device vulkan:%d: %w", index, err)
	}
	if err := b.cache.open(b.device, p, b.options.cache); err != nil {
		b.device.Close()
		return fmt.Errorf("device vulkan:%d: %w", index, err)
	}
	b.lent, b.owned = b.newMemory(), b.newMemory()
	b.recorder = recorder{reversed: b.options.reversed, emit: b.emit, barrier: b.emitBarrier}
	b.queue.tick = p.Tick
	return nil
}

// Info returns what the device says of itself.
func (b *Backend) Info() Info { return b.info }

// Close waits for the device and gives back all that it holds. The backend and its
// buffers are not to be used any more.
func (b *Backend) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.device == nil {
		return
	}
	if b.failure == nil {
		func() {
			defer func() { _ = recover() }() // the device is given back, whatever it says
			b.finish()
		}()
		b.cache.save(b.device)
	}
	b.device.Idle() // or what still runs would lose its memory
	b.queue.close(b.device)
	for _, p := range b.pipelines {
		b.device.ClosePipeline(p)
	}
	b.lent.drop()
	b.owned.drop()
	b.stage.close(b.device)
	b.answers.close(b.device)
	b.device.Close()
	b.instance.Close()
	b.device, b.failure = nil, &device.Failure{Device: b.name(), Err: errors.New("the backend has been closed")}
}

func (b *Backend) name() string { return fmt.Sprintf("vulkan:%d (%s)", b.info.Index, b.info.Name) }

// enter is how every method begins; leave is deferred.
func (b *Backend) enter() {
	b.mu.Lock()
	if b.failure != nil {
		defer b.mu.Unlock()
		panic(b.failure)
	}
}

func (b *Backend) leave() { b.mu.Unlock() }

// must panics with a Failure if a call to the device failed.
func (b *Backend) must(err error) {
	if err == nil {
		return
	}
	f := &device.Failure{Device: b.name(), Err: err}
	switch {
	case errors.Is(err, vulkan.DeviceLost):
		f.Advice = "the device was lost; start the command again, and it goes on from the last saved state; if it happens " +
			"again, look at the system's log for the driver's reason (a reset, a watchdog, heat)"
	case errors.Is(err, vulkan.OutOfDeviceMemory), errors.Is(err, vulkan.OutOfHostMemory):
		held, _ := b.lent.ledger.Bytes()
		weights, _ := b.owned.ledger.Bytes()
		f.Advice = fmt.Sprintf("its memory is exhausted, with %d MiB held for activations and %d MiB for the model; take "+
			"smaller batches (batch_size, and accumulation_steps in their place), shorter texts, or another device",
			held>>20, weights>>20)
	}
	b.failure = f
	panic(f)
}

// allocate asks the device for memory.
func (b *Backend) allocate(bytes int, use vulkan.Use) *vulkan.Memory {
	if b.options.fail != nil {
		b.must(b.options.fail("allocate"))
	}
	m, err := b.device.Allocate(bytes, use)
	b.must(err)
	return m
}
