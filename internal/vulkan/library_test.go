package vulkan

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A driver's library does without the loader: its devices can be opened, and have
// memory.
func TestADriverWithoutALoader(t *testing.T) {
	if os.Getenv("BENCH_VULKAN") != "require" {
		t.Skip("NOT RUN: BENCH_VULKAN=require runs it on the driver that VK_DRIVER_FILES names")
	}
	t.Setenv(loaderVariable, "none")
	l, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if !l.Driver {
		t.Fatalf("%s is no driver", l.Path)
	}
	in, err := l.NewInstance(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	all, err := in.Physicals()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d devices: %v", len(all), err)
	}
	d, err := all[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	m, err := d.Allocate(1<<20, Upload)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Free(m)
	if m.Address == 0 || len(m.Host) != 1<<20 {
		t.Errorf("memory at %#x, %d bytes of it in the host's sight", m.Address, len(m.Host))
	}
}

// A loader that finds no driver says which one it is, and which manifests it had.
func TestALoaderWithoutADriverIsSaid(t *testing.T) {
	manifest := filepath.Join(t.TempDir(), "none.json")
	t.Setenv("VK_DRIVER_FILES", manifest)
	t.Setenv("VK_ICD_FILENAMES", manifest)
	l, err := Open()
	if err != nil || l.Driver {
		t.Skipf("NOT RUN, there is no loader: %v", err)
	}
	_, err = l.NewInstance(nil)
	var none *NoDriver
	if !errors.As(err, &none) || !strings.Contains(err.Error(), l.Path+" finds no driver") || !strings.Contains(err.Error(), manifest) {
		t.Errorf("%v", err)
	}
	if all := (&NoDriver{Loader: "x", Err: incompatibleDriver}).Error(); !strings.Contains(all, "/usr/share") {
		t.Errorf("%s", all)
	}
}

// What was looked for is said, with the loader and without.
func TestNothingToOpenIsSaid(t *testing.T) {
	manifest := filepath.Join(t.TempDir(), "none.json")
	if err := os.WriteFile(manifest, []byte(`{"ICD": {"library_path": "./nodriver.so"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VK_DRIVER_FILES", manifest)
	t.Setenv(loaderVariable, "none")
	_, err := Open()
	if err == nil || !strings.Contains(err.Error(), filepath.Join(filepath.Dir(manifest), "nodriver.so")) {
		t.Errorf("%v", err)
	}
	if got := manifests(); !slices.Equal(got, []string{filepath.Join(filepath.Dir(manifest), "nodriver.so")}) {
		t.Errorf("%v", got)
	}
}
