// Package device is what operators run on: memory, and calls that say as data
// what is to be computed. CPU is the backend that runs them on package kernels;
// another would launch one or a few kernels of its device a call.
package device

// Backend computes on a device, in the order in which it is told to: a call, a
// Read, a Fetch or a Write is as if all before had finished, and memory that was
// put back and lent again belongs to what comes later. One goroutine uses it at a
// time.
//
// A backend may be late: Run then only begins, and what a call leaves on the host
// (Product.Squares, Squares.Sum, AdamW.Broken, Finite.OK) is there when the next
// Read has returned, or the function that a Fetch behind the call gave. Until then
// nobody touches the call's struct or the number that it points to. What the host
// gives to a call, its slices of ids, offsets, labels and rows, belongs to the
// caller again as soon as Run returns; a call that a later one names as Of or Norm
// stays as it is until that one has been run.
type Backend interface {
	Memory
	// Run computes, or begins to.
	Run(calls ...Call)
	// Read copies src to dst and waits for it. Of no floats it waits alone.
	Read(dst []float32, src Buffer)
	// Fetch begins to copy src to dst, and returns what waits for that: nil if it has
	// been done already. What is run meanwhile is not waited for. Of no floats it
	// marks the place alone.
	Fetch(dst []float32, src Buffer) (wait func())
	// Write copies src to dst; src is the caller's again when it returns.
	Write(dst Buffer, src []float32)
}

// Memory lends buffers for a batch's activations and their gradients, and holds
// what lives longer: parameters, their gradients, moments and caches.
type Memory interface {
	// Get lends a buffer of n floats, its contents undefined.
	Get(n int) Buffer
	// Put takes back a buffer that Get lent, whole. It panics on any other.
	Put(b Buffer)
	// Reset takes back every buffer that Get lent, whoever holds it.
	Reset()
	// New returns n zeros that no Put nor Reset takes back.
	New(n int) Buffer
	// Free takes back what New returned, whole, or does nothing where a collector
	// finds it.
	Free(b Buffer)
	// Bytes returns the most memory that was held for Get, and the most that was
	// lent at once.
	Bytes() (held, peak int)
}

// Keeper is a backend that keeps of an attention, in its Probs, something else than
// the probabilities for the gradient: so many floats.
type Keeper interface{ Kept(c Call) int }

// Fusing is a backend for which another operand of a product costs less than another
// pass over memory: an activation's derivative is multiplied into the gradient by the
// product that makes it (Epilogue.Times), and a second gradient is added to the first
// by its own (Product.Acc).
type Fusing interface{ Fuses() }

// Call is one of the structs of this package whose doc says "is a call". All
// matrices are row-major and, where no row stride is given, without gaps.
type Call interface{ call() }
