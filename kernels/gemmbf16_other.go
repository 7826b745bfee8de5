//go:build !amd64 || purego

package kernels

// pairSets returns the CPU's sets beside plain Go.
func pairSets() []pairSet { return nil }
