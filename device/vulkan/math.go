package vulkan

import "github.com/lmkor/bench/device"

// runMath runs products and what is computed element by element or row by row.
func (b *Backend) runMath(call device.Call) bool {
	switch call.(type) {
	default:
		return false
	}
}
