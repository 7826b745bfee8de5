//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package hf

import (
	"os"
	"syscall"
)

// mapFile returns the file's bytes without reading them: pages come from the
// file cache when they are looked at.
func mapFile(f *os.File, size int) (data []byte, unmap func() error, err error) {
	data, err = syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	return data, func() error { return syscall.Munmap(data) }, nil
}
