package vulkan

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/barriers"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/internal/vulkan"
)

// Backend computes on one device. It may be used by several goroutines, one at a
// time has it. Its methods panic with a *device.Failure when the device is lost, hangs
// or has no memory left; after that they all do.
type Backend struct {
	mu       sync.Mutex
	info     offered.Info
	instance *vulkan.Instance
	device   *vulkan.Device
	options  options
	failure  *device.Failure

	lent, owned *memory // activations, and what New returns
	stage       staging
	answers     answers
	recorder    barriers.Recorder
	queue       queue
	pipelines   map[string]vulkan.Pipeline
	cache       vulkan.CacheFile
	counts      Counts
	operator    string                     // whose ops are recorded: see Attribute
	known       map[*float64]device.Buffer // sums of squares that products left: see squaresFor
	counters    counters                   // of products whose K is split
	guards      []device.Buffer            // of tests: what must not change, behind what Get lends

	paper    *paper          // in the place of a device: see Paper
	patience time.Duration   // how long the device may do nothing
	heeds    context.Context // once it is cancelled, a hung device is waited for no longer; nil: there is none
	hung     bool            // what was submitted may still run
}

var _ device.Backend = (*Backend)(nil)

// Fuses says that passes over memory are worth saving.
func (b *Backend) Fuses() {}

// cutting says how a product is cut: see tiling.For.
type cutting func(m, n, k, count int) (t tiling.Tile, parts int)

// options are what tests set.
type options struct {
	reversed bool                    // run launches between barriers, and products' workgroups, the last first
	cut      cutting                 // in the place of tiling.For
	idle     bool                    // launch nothing, and only count it
	poison   bool                    // what Get lends is full of NaN, with a guard behind
	apart    bool                    // every buffer is a memory of its own, of its very size, which layers know the end of
	code     func([]byte) []byte     // makes other SPIR-V of a kernel's
	piece    int                     // launches of a submission; 0: pieceOps
	most     int64                   // bytes of device memory; 0: as many as there are
	say      func(string)            // hears the validation layers
	cache    string                  // folder of the pipeline cache; empty: the user's
	fail     func(what string) error // fails a call to the device: submit, wait, allocate or compile
}

// Open opens device number index of those that Devices returns.
func Open(index int) (*Backend, error) { return open(index, options{}) }

func open(index int, o options) (*Backend, error) {
	library, err := vulkan.Open()
	if err != nil {
		return nil, offered.Advised(err)
	}
	b := &Backend{options: o, pipelines: map[string]vulkan.Pipeline{}, counts: newCounts()}
	if b.instance, err = library.NewInstance(o.say); err != nil {
		return nil, offered.Advised(err)
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
		return offered.Advised(err)
	}
	if index < 0 || index >= len(physicals) {
		return fmt.Errorf("device vulkan:%d: there are %d", index, len(physicals))
	}
	p := physicals[index]
	b.info = offered.Of(index, p)
	if b.patience, err = patience(b.info.CPU); err != nil {
		return err
	}
	if b.device, err = p.Open(); err != nil {
		return &device.Failure{Device: b.name(), Err: err, Advice: openAdvice(err)}
	}
	if err := b.cache.Open(b.device, p, b.options.cache); err != nil {
		b.device.Close()
		return &device.Failure{Device: b.name(), Err: err, Advice: openAdvice(err)}
	}
	b.begin()
	b.queue.tick = p.Tick
	return nil
}

// begin readies the books.
func (b *Backend) begin() {
	b.known = map[*float64]device.Buffer{}
	b.lent, b.owned = b.newMemory(forBatch), b.newMemory(forModel)
	b.recorder = barriers.Recorder{Reversed: b.options.reversed, Emit: b.emit, Barrier: b.emitBarrier}
}

// Info returns what the device says of itself.
func (b *Backend) Info() offered.Info { return b.info }

// LowerPrecision says why the device does not compute in float16: see Info.
func (b *Backend) LowerPrecision() string { return b.info.LowerPrecision() }

// Close waits for the device and gives back all that it holds. The backend and its
// buffers are not to be used any more.
func (b *Backend) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.device == nil { // or there never was one
		return
	}
	if b.failure == nil {
		func() {
			defer func() { _ = recover() }() // the device is given back, whatever it says
			b.finish()
		}()
		b.cache.Save(b.device)
	}
	closed := &device.Failure{Device: b.name(), Err: errors.New("the backend has been closed")}
	if b.hung { // nothing may be taken from under what still runs: the process's end gives it back
		b.device, b.failure = nil, closed
		return
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
	b.device, b.failure = nil, closed
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
