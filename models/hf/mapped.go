package hf

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
)

// mapped is a weights file in memory.
type mapped struct {
	name  string // without the directory
	data  []byte
	unmap func() error
}

// openMapped maps a regular file.
func openMapped(path string) (*mapped, error) {
	name := filepath.Base(path)
	if _, err := statRegular(path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular(): // it has changed since
		return nil, fault(name, "%s: want a regular file", kindOf(info.Mode()))
	case info.Size() == 0:
		return nil, fault(name, "the file is empty")
	case info.Size() > math.MaxInt:
		return nil, fault(name, "%d bytes are more than this machine can address", info.Size())
	}
	data, unmap, err := mapFile(f, int(info.Size()))
	if err != nil {
		return nil, &Error{File: name, Msg: "map into memory", Err: err}
	}
	m := &mapped{name, data, unmap}
	if bytes.HasPrefix(data, []byte(lfsPointer)) {
		return nil, errors.Join(fault(name, "a Git LFS pointer, not the weights: 'git lfs pull' fetches them"), m.close())
	}
	return m, nil
}

// lfsPointer begins the text that Git leaves in place of a large file.
const lfsPointer = "version https://git-lfs.github.com/"

func (m *mapped) close() error {
	if m.data == nil {
		return nil
	}
	m.data = nil
	return m.unmap()
}
