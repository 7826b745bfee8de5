package vulkan

import "github.com/lmkor/bench/device"

// runAttention runs attention of all kinds.
func (b *Backend) runAttention(call device.Call) bool {
	switch call.(type) {
	default:
		return false
	}
}
