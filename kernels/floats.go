package kernels

import "unsafe"

const (
	cacheLine = 64
	hugePage  = 2 << 20
)

// Floats allocates n zeros that start on a cache line. From a few megabytes on
// it asks the system for large pages, where it has them: a product walks down
// columns whose elements are a page apart, and looking up small pages then takes
// as long as the arithmetic.
func Floats(n int) []float32 {
	if n == 0 {
		return nil
	}
	align := cacheLine
	if 4*n >= hugePage {
		align = hugePage
	}
	s := make([]float32, n+align/4)
	off := 0
	if r := int(uintptr(unsafe.Pointer(&s[0])) % uintptr(align)); r != 0 {
		off = (align - r) / 4
	}
	s = s[off : off+n : off+n]
	if align == hugePage {
		adviseHuge(unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), 4*n))
	}
	return s
}
