package vulkan

import "unsafe"

// wordsOf returns the memory of structs that have the layout of the shader's: addresses
// first, 32-bit fields behind, nothing between.
func wordsOf[T updateEntry | partEntry | operands](x []T) []uint32 {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*uint32)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0]))/4)
}
