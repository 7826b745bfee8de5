package kernels

import "golang.org/x/sys/unix"

// adviseHuge asks for large pages behind b, whose start is aligned to one.
// Where the system refuses, the memory works as it is.
func adviseHuge(b []byte) {
	_ = unix.Madvise(b[:len(b)/4096*4096], unix.MADV_HUGEPAGE)
}
