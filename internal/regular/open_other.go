//go:build !unix

package regular

import (
	"errors"
	"io/fs"
	"os"
)

// open opens what it has looked at: opening anything else may wait.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: p.Err}
	}
	if err == nil {
		err = Check(path, info.Mode())
	}
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}
