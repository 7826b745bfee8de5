// Package regular opens and reads regular files and refuses whatever else lies
// under a file's name: opening a FIFO waits for its writer, a device may have no
// end, and a file may be far longer than what its kind ever holds.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Text is how many bytes a configuration or record that a program reads whole
// may have.
const Text = 64 << 20

// Open opens a regular file, or a link to one, and waits for no pipe's writer.
// Errors are *fs.PathError.
func Open(path string) (*os.File, error) {
	f, err := open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		// What can't be opened may be something that never is: a socket.
		if info, e := os.Stat(path); e == nil && !info.Mode().IsRegular() {
			return nil, Check(path, info.Mode())
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = Check(path, info.Mode())
	}
	if err != nil {
		f.Close() // nothing was read
		return nil, err
	}
	return f, nil
}

// Check returns an error, a *fs.PathError, if the mode of what lies at path is
// not a regular file's.
func Check(path string, m fs.FileMode) error {
	if m.IsRegular() {
		return nil
	}
	return &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("%s: want a file", kind(m))}
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// ReadFile reads a regular file of at most that many bytes.
func ReadFile(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("more than %d bytes", most)}
	}
	return b, err
}
