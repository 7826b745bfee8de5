//go:build unix

package hf

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOnlyRegularFiles: a FIFO would never begin, a device never end.
func TestOnlyRegularFiles(t *testing.T) {
	read := map[string]func(dir string) error{
		"config.json":                  func(dir string) error { _, err := ReadConfig(dir); return err },
		"model.safetensors":            func(dir string) error { _, err := OpenWeights(dir); return err },
		"pytorch_model.bin":            func(dir string) error { _, err := OpenWeights(dir); return err },
		"model.safetensors.index.json": func(dir string) error { _, err := OpenWeights(dir); return err },
	}
	for name, f := range read {
		for kind, make := range map[string]func(path string) error{
			"a FIFO":      func(path string) error { return syscall.Mkfifo(path, 0o644) },
			"a device":    func(path string) error { return os.Symlink("/dev/zero", path) },
			"a directory": func(path string) error { return os.Mkdir(path, 0o755) },
		} {
			dir := t.TempDir()
			if err := make(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if err := f(dir); err == nil || !strings.Contains(err.Error(), name+": "+kind+": want a regular file") {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
		}
	}
}
