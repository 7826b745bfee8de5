// Package device is what operators run on: memory, and calls that say as data
// what is to be computed. CPU is the backend that runs them on package kernels;
// another would launch one or a few kernels of its device a call.
package device

// Backend computes on a device. Its calls run in the order in which they were
// given, each as if the ones before had finished.
type Backend interface {
	Memory
	// Run computes, or begins to. What a call leaves on the host, in a field of
	// itself, is there after the next Read.
	Run(calls ...Call)
	// Read copies src to dst once all calls before have been computed.
	Read(dst []float32, src Buffer)
	// Write copies src to dst before any later call.
	Write(dst Buffer, src []float32)
}

// Memory lends buffers for a batch's activations and their gradients.
type Memory interface {
	// Get lends a buffer of n floats, its contents undefined.
	Get(n int) Buffer
	// Put takes back a buffer that Get lent, whole. It panics on any other.
	Put(b Buffer)
	// Reset takes back every buffer, whoever holds it.
	Reset()
	// New returns n zeros that no Put nor Reset takes back.
	New(n int) Buffer
	// Bytes returns the most memory that was held for Get, and the most that was
	// lent at once.
	Bytes() (held, peak int)
}

// Call is one of the structs of this package whose doc says "is a call". All
// matrices are row-major and, where no row stride is given, without gaps.
type Call interface{ call() }
