// Package atomicfile writes files that are there whole or not at all, on every
// system that bench builds for.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Write writes path by way of a temporary file beside it, which is synced and
// renamed when write has returned nil, and removed otherwise: an old file stays
// until the new one is complete, and hands on its permissions. A new one has 0666
// less the umask.
//
// A symbolic link is followed, and stays. A device, a pipe or a socket is written
// to as it is: there is nothing to replace. Errors call the file path.
func Write(path string, write func(w io.Writer) error) error {
	target, mode, err := resolve(path)
	if err != nil {
		return err
	}
	if mode.IsRegular() { // 0, of a new file, too
		return replace(path, target, mode, write)
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return as(path, err)
	}
	return errors.Join(fill(path, f, write), as(path, f.Close()))
}

// most links that a path may lead over, as the systems have it.
const mostLinks = 40

// resolve follows the links of path to the file to write, which need not be there,
// and returns its mode: of one that is not, that of a new file.
func resolve(path string) (target string, mode fs.FileMode, err error) {
	target = path
	for range mostLinks {
		info, err := os.Lstat(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return target, 0, nil
		case err != nil:
			return "", 0, as(path, err)
		case info.IsDir():
			return "", 0, &fs.PathError{Op: "write", Path: path, Err: errors.New("is a directory")}
		case info.Mode()&fs.ModeSymlink == 0:
			return target, info.Mode(), nil
		}
		link, err := os.Readlink(target)
		if err != nil {
			return "", 0, as(path, err)
		}
		if there, err := os.Stat(target); err == nil && !there.Mode().IsRegular() && !there.IsDir() {
			return target, there.Mode(), nil // its link may be none that can be followed, as those of /proc
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(target), link)
		}
		target = link
	}
	return "", 0, &fs.PathError{Op: "write", Path: path, Err: errors.New("too many links")}
}

// replace writes a regular file anew. An old mode of 0 is that of no file.
func replace(path, target string, old fs.FileMode, write func(w io.Writer) error) (err error) {
	f, err := create(target)
	if err != nil {
		return as(path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := fill(path, f, write); err != nil {
		return err
	}
	if old != 0 {
		if err := f.Chmod(old.Perm()); err != nil {
			return as(path, err)
		}
	}
	for _, step := range []func() error{f.Sync, f.Close, func() error { return os.Rename(f.Name(), target) }} {
		if err := step(); err != nil {
			return as(path, err)
		}
	}
	return as(path, SyncDir(filepath.Dir(target)))
}

// fill writes the file's bytes.
func fill(path string, f *os.File, write func(w io.Writer) error) error {
	w := bufio.NewWriterSize(named{f, path}, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

// tempMark is what stands between a file's name and a number in the name of the
// temporary file beside it.
const tempMark = ".tmp"

// mostName is the most bytes that a name may have where file systems agree.
const mostName = 255

// create makes a temporary file beside path, with the permissions of a new file.
func create(path string) (*os.File, error) {
	base := filepath.Base(path)
	if room := mostName - len(".") - len(tempMark) - 20; len(base) > room {
		for base = base[:room]; !utf8.ValidString(base); {
			base = base[:len(base)-1]
		}
	}
	for {
		name := fmt.Sprintf(".%s%s%d", base, tempMark, rand.Uint64())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// IsTemp reports whether a name is that of a temporary file, which a writer that
// was killed has left.
func IsTemp(name string) bool {
	at := strings.LastIndex(name, tempMark)
	if at < 1 || name[0] != '.' || at+len(tempMark) == len(name) {
		return false
	}
	return strings.Trim(name[at+len(tempMark):], "0123456789") == ""
}

// named writes to a file, and calls it path in errors.
type named struct {
	w    io.Writer
	path string
}

func (n named) Write(p []byte) (int, error) {
	count, err := n.w.Write(p)
	return count, as(n.path, err)
}

// as returns an error about a temporary file as one about path.
func as(path string, err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return &fs.PathError{Op: p.Op, Path: path, Err: p.Err}
	case errors.As(err, &l):
		return &fs.PathError{Op: "write", Path: path, Err: l.Err}
	}
	return err
}

// SyncDir makes the renames in a directory durable. Windows has no such call;
// there it does nothing.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !canNotSync(err) {
		return err
	}
	return nil
}
