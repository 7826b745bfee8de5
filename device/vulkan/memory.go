package vulkan

import (
	"fmt"
	"slices"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// memory lends parts of slabs of device memory. The books are kept as those of the
// CPU's arena are.
type memory struct {
	b      *Backend
	what   purpose
	ledger device.Ledger
	slabs  []*vulkan.Memory
	lent   map[uint64]device.Block // by address
}

func (b *Backend) newMemory(what purpose) *memory {
	m := &memory{b: b, what: what, lent: map[uint64]device.Block{}}
	if most := b.info.AtOnce / 4; most > 0 {
		m.ledger.Largest = int(min(most, 1<<30)) // kernels count elements in 32 bits
	}
	return m
}

func (m *memory) get(n int) device.Buffer {
	if n == 0 {
		return device.Buffer{}
	}
	if 4*int64(n) > 4*int64(m.ledger.Largest) {
		m.b.must(&memoryError{4 * int64(n), m.what, fmt.Errorf("the device has %d MiB at once: %w", m.ledger.Largest>>18,
			vulkan.OutOfDeviceMemory)})
	}
	if m.b.options.apart {
		return m.apart(n)
	}
	block := m.ledger.Get(n, m.add, m.drop)
	addr := m.slabs[block.Slab].Address + 4*uint64(block.Off)
	m.lent[addr] = block
	return device.At(addr, n)
}

// apart returns a memory of its own: see options.
func (m *memory) apart(n int) device.Buffer {
	s := m.b.allocate(4*n, vulkan.Local, m.what)
	m.slabs = append(m.slabs, s)
	return device.At(s.Address, n)
}

func (m *memory) put(b device.Buffer) {
	if b.None() {
		return
	}
	if m.b.options.apart {
		s, _ := m.find(b.Addr())
		m.slabs = slices.DeleteFunc(m.slabs, func(o *vulkan.Memory) bool { return o == s })
		m.b.finish()
		m.b.device.Free(s)
		return
	}
	block, ok := m.lent[b.Addr()]
	if !ok {
		panic(fmt.Sprintf("vulkan: a buffer of %d floats at %#x that was not lent", b.Len(), b.Addr()))
	}
	delete(m.lent, b.Addr())
	m.ledger.Put(block)
}

func (m *memory) reset() {
	if m.b.options.apart {
		m.drop()
	}
	m.ledger.Reset()
	clear(m.lent)
}

// add asks for a slab.
func (m *memory) add(floats int) {
	if most := m.b.options.most; most > 0 && m.b.held()+4*int64(floats) > most {
		m.b.must(&memoryError{4 * int64(floats), m.what, &vulkan.Error{Function: "vkAllocateMemory", Result: vulkan.OutOfDeviceMemory}})
	}
	m.slabs = append(m.slabs, m.b.allocate(4*floats, vulkan.Local, m.what))
}

// drop gives the slabs back, once nothing runs that may use them.
func (m *memory) drop() {
	if len(m.slabs) > 0 && m.b.failure == nil {
		m.b.finish()
	}
	for _, s := range m.slabs {
		if m.b.paper == nil {
			m.b.device.Free(s)
		}
	}
	clear(m.slabs)
	m.slabs = m.slabs[:0]
}

// find returns the slab that an address is in, and the offset there; nil if none.
func (m *memory) find(addr uint64) (*vulkan.Memory, int) {
	for _, s := range m.slabs {
		if addr >= s.Address && addr < s.Address+uint64(s.Bytes) {
			return s, int(addr - s.Address)
		}
	}
	return nil, 0
}

// held is the number of bytes of both memories' slabs.
func (b *Backend) held() (n int64) {
	for _, s := range slices.Concat(b.lent.slabs, b.owned.slabs) {
		n += int64(s.Bytes)
	}
	return n
}

// place returns the memory that a buffer is in, and its offset there.
func (b *Backend) place(x device.Buffer) (*vulkan.Memory, int) {
	for _, m := range []*memory{b.lent, b.owned} {
		if s, at := m.find(x.Addr()); s != nil {
			return s, at
		}
	}
	panic(fmt.Sprintf("vulkan: %d floats at %#x, which is none of the device's memory", x.Len(), x.Addr()))
}

// Get lends a buffer.
func (b *Backend) Get(n int) device.Buffer {
	b.enter()
	defer b.leave()
	return b.get(n)
}

// get is Get for kernels' scratch memory: put gives it back as soon as the launches
// that use it are recorded.
func (b *Backend) get(n int) device.Buffer {
	if !b.options.poison || n == 0 {
		return b.lent.get(n)
	}
	if b.options.apart { // a guard would hide its end
		x := b.lent.get(n)
		b.fill(x, poisonWord)
		return x
	}
	x := b.lent.get(n + guardFloats)
	b.fill(x.Slice(0, n), poisonWord)
	b.fill(x.From(n), guardWord)
	b.guards = append(b.guards, x.From(n))
	return device.At(x.Addr(), n)
}

// What tests fill fresh memory with: a NaN that says where it comes from, and what
// must still be there behind a buffer, another NaN, so that a product with what is read
// there by mistake is none.
const (
	poisonWord  = 0x7fc0dead
	guardWord   = 0x7fe1ab1e
	guardFloats = 16
)

// Put takes a buffer back. What is recorded may still use it: whatever gets its
// memory next runs behind that.
func (b *Backend) Put(x device.Buffer) {
	b.enter()
	defer b.leave()
	b.put(x)
}

func (b *Backend) put(x device.Buffer) {
	if b.options.poison {
		return // its guard is to be looked at
	}
	b.lent.put(x)
}

// Reset takes every buffer back that Get lent.
func (b *Backend) Reset() {
	b.enter()
	defer b.leave()
	b.lent.reset()
	b.guards = nil
}

// New returns zeros of their own.
func (b *Backend) New(n int) device.Buffer {
	b.enter()
	defer b.leave()
	x := b.owned.get(n)
	if n > 0 {
		b.fill(x, 0)
	}
	return x
}

// Free gives back what New returned.
func (b *Backend) Free(x device.Buffer) {
	b.enter()
	defer b.leave()
	b.owned.put(x)
}

// Bytes returns the most that was held, and lent.
func (b *Backend) Bytes() (held, peak int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lent.ledger.Bytes()
}
