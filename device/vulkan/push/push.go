// Package push lays out what a kernel is told, as std430 has it.
package push

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// Constants writes push constants as std430 lays them out: a buffer or a matrix as its
// address, which takes 8 bytes, ints as 32 bits, floats as float32, bools as 0 or 1.
// Put addresses first: it panics on one that is not at a multiple of 8, on an int
// that 32 bits don't hold, and beyond 128 bytes.
func Constants(values ...any) []byte {
	p := make([]byte, 0, vulkan.PushBytes)
	word := func(w uint32) { p = binary.LittleEndian.AppendUint32(p, w) }
	address := func(b device.Buffer) {
		if len(p)%8 != 0 {
			panic("vulkan: an address behind an odd number of words")
		}
		p = binary.LittleEndian.AppendUint64(p, b.Addr())
	}
	for _, v := range values {
		switch v := v.(type) {
		case device.Buffer:
			address(v)
		case device.Matrix:
			address(v.Buffer)
		case int:
			if int64(v) < math.MinInt32 || int64(v) > math.MaxUint32 {
				panic(fmt.Sprintf("vulkan: %d is more than 32 bits", v))
			}
			word(uint32(v))
		case int32:
			word(uint32(v))
		case uint32:
			word(v)
		case float32:
			word(math.Float32bits(v))
		case bool:
			if v {
				word(1)
			} else {
				word(0)
			}
		default:
			panic(fmt.Sprintf("vulkan: a %T among push constants", v))
		}
	}
	if len(p) > vulkan.PushBytes {
		panic(fmt.Sprintf("vulkan: %d bytes of push constants, want at most %d", len(p), vulkan.PushBytes))
	}
	return p
}
