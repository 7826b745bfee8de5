// Package remote is a backend for tests that is as far from the host as a backend
// can be: its memory is out of reach, and it computes nothing before it must. What
// runs on it and gives the CPU's bytes needs no floats of its own, reads no number
// too early, and leaves no slice to a call that it changes afterwards.
package remote

import (
	"fmt"
	"math"
	"slices"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/callcopy"
	"github.com/lmkor/bench/kernels/parallel"
)

// Backend has addresses for buffers: touching one's floats panics, and so does
// using one that was put back, or putting back a part. Calls, and all else that is
// told, wait in a queue until a number is read or waited for; then a CPU runs them,
// in order, on the memory behind. What is lent is full of NaN, and so is what a call
// leaves on the host until it is there.
type Backend struct {
	Calls int // that were run
	Late  int // functions that Fetch returned and that had something to wait for

	cpu   *device.CPU
	next  uint64
	lent  []region // by address
	kept  []region // of New
	queue []func()
	done  int // of the queue's places, since the beginning
	calls callcopy.Copier
}

// region is memory of the CPU behind an address.
type region struct {
	addr uint64
	host device.Buffer
}

// New returns a backend without memory.
func New() *Backend {
	r := &Backend{cpu: device.NewCPU(parallel.New(0)), next: 1 << 20}
	r.calls.Buffer = r.host
	return r
}

// place gives memory an address, which is higher than all before.
func (r *Backend) place(all *[]region, host device.Buffer) device.Buffer {
	addr := r.next
	r.next += uint64(4*host.Len()) + 4096
	*all = append(*all, region{addr, host})
	return device.At(addr, host.Len())
}

// host finds the memory behind a buffer, which may begin inside of what was lent.
func (r *Backend) host(b device.Buffer) device.Buffer {
	if b.Addr() == 0 {
		if b.Len() > 0 {
			panic(fmt.Sprintf("remote: %d floats of the host's memory in a call", b.Len()))
		}
		return b
	}
	for _, all := range [][]region{r.lent, r.kept} {
		i, found := slices.BinarySearchFunc(all, b.Addr(), byAddress)
		if !found {
			i--
		}
		if i < 0 {
			continue
		}
		if from := int(b.Addr()-all[i].addr) / 4; from+b.Len() <= all[i].host.Len() {
			return all[i].host.Slice(from, from+b.Len())
		}
	}
	panic(fmt.Sprintf("remote: %d floats at %#x, which nobody was lent", b.Len(), b.Addr()))
}

func byAddress(x region, addr uint64) int {
	switch {
	case x.addr < addr:
		return -1
	case x.addr > addr:
		return 1
	}
	return 0
}

// remove returns what lies behind a buffer, which must be whole, and forgets it.
func (r *Backend) remove(all *[]region, b device.Buffer) device.Buffer {
	i, found := slices.BinarySearchFunc(*all, b.Addr(), byAddress)
	if !found || (*all)[i].host.Len() != b.Len() {
		panic(fmt.Sprintf("remote: %d floats at %#x given back, which are no buffer that was lent", b.Len(), b.Addr()))
	}
	host := (*all)[i].host
	*all = slices.Delete(*all, i, i+1)
	return host
}

// Get lends a buffer full of NaN.
func (r *Backend) Get(n int) device.Buffer {
	if n == 0 {
		return device.Buffer{}
	}
	host := r.cpu.Get(n)
	for i := range host.Floats() {
		host.Floats()[i] = float32(math.NaN())
	}
	return r.place(&r.lent, host)
}

// Put takes a buffer back, behind all that has been told.
func (r *Backend) Put(b device.Buffer) {
	if b.Len() == 0 {
		return
	}
	host := r.remove(&r.lent, b)
	r.later(func() { r.cpu.Put(host) })
}

// Reset takes back all that Get lent.
func (r *Backend) Reset() {
	for _, x := range r.lent {
		r.later(func() { r.cpu.Put(x.host) })
	}
	r.lent = nil
}

// New returns zeros.
func (r *Backend) New(n int) device.Buffer { return r.place(&r.kept, r.cpu.New(n)) }

// Free takes back what New returned.
func (r *Backend) Free(b device.Buffer) { r.remove(&r.kept, b) }

// Bytes returns the CPU's.
func (r *Backend) Bytes() (held, peak int) { return r.cpu.Bytes() }

// Kept returns how many buffers of New are out, and how many floats they are.
func (r *Backend) Kept() (buffers, floats int) {
	for _, x := range r.kept {
		floats += x.host.Len()
	}
	return len(r.kept), floats
}

// Run takes what it needs of the calls and computes them later.
func (r *Backend) Run(all ...device.Call) {
	for _, c := range all {
		r.Calls++
		mine := r.calls.Copy(c)
		forget(c)
		r.later(func() {
			r.cpu.Run(mine)
			answer(c, mine)
		})
	}
}

func (r *Backend) later(f func()) { r.queue = append(r.queue, f) }

// until does what was told before a place of the queue.
func (r *Backend) until(place int) {
	for r.done < place {
		f := r.queue[0]
		r.queue[0] = nil
		r.queue = r.queue[1:]
		r.done++
		f()
	}
}

// Read does all that was told, and copies.
func (r *Backend) Read(dst []float32, src device.Buffer) {
	if wait := r.Fetch(dst, src); wait != nil {
		r.Late--
		wait()
	}
}

// Fetch copies when its function is called.
func (r *Backend) Fetch(dst []float32, src device.Buffer) (wait func()) {
	host := r.host(src)
	for i := range dst {
		dst[i] = float32(math.NaN())
	}
	r.later(func() { copy(dst, host.Floats()) })
	place := r.done + len(r.queue)
	r.Late++
	return func() { r.until(place) }
}

// Write copies later.
func (r *Backend) Write(dst device.Buffer, src []float32) {
	if dst.Len() != len(src) {
		panic(fmt.Sprintf("remote: %d floats written to %d", len(src), dst.Len()))
	}
	host, src := r.host(dst), slices.Clone(src)
	r.later(func() { copy(host.Floats(), src) })
}
