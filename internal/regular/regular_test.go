package regular

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("1234"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip("this system makes no link: ", err)
	}
	for _, c := range []struct {
		path string
		most int64
		want string // the bytes, or a part of the error
	}{
		{file, 4, "1234"},
		{link, 4, "1234"},
		{file, 3, "more than 3 bytes"},
		{dir, 4, "a folder: want a file"},
		{filepath.Join(dir, "none"), 4, "no such file"},
		{os.DevNull, 4, "a device: want a file"},
	} {
		b, err := ReadFile(c.path, c.most)
		if err == nil && string(b) == c.want {
			continue
		}
		var p *fs.PathError
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &p) {
			t.Errorf("%s, up to %d bytes: %q, %v: want %s", c.path, c.most, b, err, c.want)
		}
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
