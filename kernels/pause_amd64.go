//go:build amd64 && !purego

package kernels

// pause waits for n turns, of some 40 to 140 cycles each.
//
//go:noescape
func pause(n int)
