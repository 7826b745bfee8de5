//go:build !linux

package kernels

// processor returns -1: there is no way to ask.
func processor() int { return -1 }

// leave does nothing.
func leave([]int) {}
