package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteReplacesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	for _, text := range []string{"first", "second, and longer"} {
		if err := Write(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Fatalf("%q, %v; want %q", got, err, text)
		}
	}
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("disk on fire")
	err := Write(path, func(w io.Writer) error {
		io.WriteString(w, "half of the n")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("file holds %q", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files left, want one", len(left))
	}
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func TestLinksAreFollowed(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(at("elsewhere"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, l := range [][2]string{{"elsewhere/file", "link"}, {"link", "twice"}, {at("elsewhere/new"), "dangling"}, {"loop", "loop"}} {
		if err := os.Symlink(l[0], at(l[1])); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	for i, name := range []string{"link", "twice", "dangling"} {
		if err := Write(at(name), text(name)); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(at(name)); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", name, err)
		}
		if got, err := os.ReadFile(at([]string{"elsewhere/file", "elsewhere/file", "elsewhere/new"}[i])); err != nil || string(got) != name {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if left, _ := os.ReadDir(at("elsewhere")); len(left) != 2 {
		t.Errorf("%d files, want two", len(left))
	}
	if err := Write(at("loop"), text("x")); err == nil || !strings.Contains(err.Error(), at("loop")+": too many links") {
		t.Errorf("a link to itself: %v", err)
	}
	if err := Write(dir, text("x")); err == nil || !strings.Contains(err.Error(), dir+": is a directory") {
		t.Errorf("a directory: %v", err)
	}
}

func TestErrorsCallTheFileAsItWasGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere", "a")
	err := Write(path, text("x"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path+":") || strings.Contains(err.Error(), tempMark) {
		t.Errorf("error %v", err)
	}
}

func TestLongNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("가", 84))
	if err := Write(path, text("x")); err != nil {
		t.Error(err)
	}
}

func TestIsTemp(t *testing.T) {
	for name, want := range map[string]bool{".a.json.tmp123": true, ".tmp1": false, ".a.tmp": false, "a.tmp1": false, ".a.tmp1x": false, ".a.tmpx.tmp0": true} {
		if IsTemp(name) != want {
			t.Errorf("%s: want %v", name, want)
		}
	}
	f, err := create(filepath.Join(t.TempDir(), "a"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if !IsTemp(filepath.Base(f.Name())) {
		t.Errorf("%s is not known as temporary", f.Name())
	}
}
