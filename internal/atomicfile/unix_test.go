//go:build unix

package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestPermissions(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	path := filepath.Join(t.TempDir(), "a")
	check := func(want fs.FileMode) {
		t.Helper()
		if err := Write(path, text("x")); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("mode %v, %v; want %v", info.Mode(), err, want)
		}
	}
	check(0o640) // a new file: less the umask
	if err := os.Chmod(path, 0o604); err != nil {
		t.Fatal(err)
	}
	check(0o604) // an old one: as it was
}

// A device, and a pipe, are written to and not replaced.
func TestDevicesStay(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no named pipes here: ", err)
	}
	read := make(chan string, 1)
	go func() {
		b, err := os.ReadFile(pipe)
		if err != nil {
			t.Error(err)
		}
		read <- string(b)
	}()
	if err := Write(pipe, text("through the pipe")); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "through the pipe" {
		t.Errorf("read %q", got)
	}
	null := filepath.Join(dir, "null")
	if err := os.Symlink(os.DevNull, null); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, null, os.DevNull} {
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if path != pipe {
			if err := Write(path, text("x")); err != nil {
				t.Error(err)
			}
		}
		if after, err := os.Stat(path); err != nil || after.Mode() != before.Mode() || !os.SameFile(before, after) {
			t.Errorf("%s is replaced: %v, %v", path, after, err)
		}
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		return
	}
	if err := Write("/dev/full", func(w io.Writer) error { _, err := w.Write(make([]byte, 3<<20)); return err }); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("/dev/full: %v", err)
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode()&fs.ModeDevice == 0 {
		t.Errorf("/dev/full is replaced: %v, %v", info, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("%d files left, want two", len(left))
	}
}
