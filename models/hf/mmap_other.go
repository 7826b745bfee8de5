//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package hf

import (
	"io"
	"os"
)

// mapFile reads the whole file: this system is not known to map files.
func mapFile(f *os.File, size int) (data []byte, unmap func() error, err error) {
	data = make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, nil, err
	}
	return data, func() error { return nil }, nil
}
