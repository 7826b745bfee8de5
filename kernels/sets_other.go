//go:build (!amd64 && !arm64) || purego

package kernels

// available returns the CPU's sets beside plain Go.
func available() []set { return nil }
