package device

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/lmkor/bench/kernels"
)

// arena lends float32 buffers for activations and their gradients, and takes
// them back. It asks the runtime for memory in slabs, so after the first steps a
// training loop allocates none. It is safe for concurrent use.
type arena struct {
	mu     sync.Mutex
	ledger Ledger
	slabs  [][]float32
	lent   map[*float32]Block
}

// get lends a buffer of n floats, its contents undefined.
func (a *arena) get(n int) []float32 {
	if n == 0 {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ledger.Lazy = true
	b := a.ledger.Get(n, a.add, a.drop)
	buf := a.slabs[b.Slab][b.Off : b.Off+n : b.Off+b.N]
	if a.lent == nil {
		a.lent = map[*float32]Block{}
	}
	a.lent[&buf[0]] = b
	return buf
}

func (a *arena) add(floats int) { a.slabs = append(a.slabs, kernels.Floats(floats)) }

// drop gives the slabs back.
func (a *arena) drop() {
	clear(a.slabs)
	a.slabs = a.slabs[:0]
	if a.ledger.peak > 16*slabFloats {
		debug.FreeOSMemory() // or the old ones would be there beside the new one for long
	}
}

// zeros lends a buffer of n zeros.
func (a *arena) zeros(n int) []float32 {
	buf := a.get(n)
	clear(buf)
	return buf
}

// put takes back a buffer that get lent. It panics on any other.
func (a *arena) put(buf []float32) {
	if len(buf) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b, ok := a.lent[&buf[0]]
	if !ok {
		panic(fmt.Sprintf("device: a buffer of %d floats that the arena did not lend", len(buf)))
	}
	delete(a.lent, &buf[0])
	a.ledger.Put(b)
}

// reset takes back every buffer, whoever holds it.
func (a *arena) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ledger.Reset()
	clear(a.lent)
}

// bytes returns the most memory that the arena has held, and the most that was
// lent at once.
func (a *arena) bytes() (held, peak int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ledger.Bytes()
}

// count returns how many buffers are lent.
func (a *arena) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.lent)
}
