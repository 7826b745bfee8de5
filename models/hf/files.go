package hf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxText bounds the files of a directory that are read whole: the largest index
// of shards that is known takes some 10 MB.
const maxText = 1 << 26

// ReadText reads a small file of a directory: a regular one, for a device may
// never end, and a FIFO never begin. What is not a file, or a large one, is an
// *Error.
func ReadText(path string) ([]byte, error) {
	info, err := statRegular(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxText {
		return nil, fault(filepath.Base(path), "%d bytes: want at most %d", info.Size(), maxText)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(b) > maxText {
		err = fault(filepath.Base(path), "more than %d bytes", maxText)
	}
	return b, err
}

// statRegular fails on what is not a regular file or a link to one. It looks
// before the file is opened: opening a FIFO waits for its writer.
func statRegular(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		err = &Error{File: filepath.Base(path), Err: e.Err}
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, fault(filepath.Base(path), "%s: want a regular file", kindOf(info.Mode()))
	}
	return info, err
}

// kindOf is what a file is that is not a regular one.
func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return fmt.Sprintf("of mode %v", m)
}
