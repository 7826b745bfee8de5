//go:build !linux

package kernels

// adviseHuge does nothing where there is no way to ask.
func adviseHuge([]byte) {}
