package results

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A point's folder is one that Windows takes, is found again from the run's path,
// and is told from others however many settings it has.
func TestFoldersOfSettings(t *testing.T) {
	dir := RunDir("runs", "org/m", "nsmc", 7, "batch_size=16", "learning_rate=3e-05")
	if want := filepath.Join("runs", "org--m", "nsmc", "batch_size=16,learning_rate=3e-05", "seed-7"); dir != want {
		t.Errorf("%s", dir)
	}
	if again := SeedDir("runs", "org/m", "nsmc", 7, FoldersAt(dir)...); again != dir {
		t.Errorf("%s", again)
	}
	if plain := RunDir("runs", "m", "nsmc", 7); FoldersAt(plain) != nil {
		t.Errorf("%q of %s", FoldersAt(plain), plain)
	}
	long := strings.Repeat("x", 200)
	a, b := RunDir("", "m", "t", 1, long+"=1"), RunDir("", "m", "t", 1, long+"=2")
	if a == b || len(a) > 130 {
		t.Errorf("%s, %s", a, b)
	}
	if odd := RunDir("", "m", "t", 1, `class_weights="a"|b`); strings.ContainsAny(odd, `"|`) {
		t.Errorf("%s", odd)
	}
}

// A run keeps its place in another tree, a variant's beside others and within a
// point of a grid as well.
func TestFoldersAt(t *testing.T) {
	for _, folders := range [][]string{nil, {"variant-1a2b3c4d"}, {"batch_size=16,epochs=3"}, {"batch_size=16", "variant-1a2b3c4d"}} {
		dir := SeedDir("runs", "org/m", "nsmc", 7, folders...)
		if got := FoldersAt(dir); !slices.Equal(got, folders) {
			t.Errorf("%s: %q", dir, got)
		}
		want := "x/" + strings.TrimPrefix(filepath.ToSlash(dir), "runs/")
		if again := filepath.ToSlash(SeedDir("x", "org/m", "nsmc", 7, FoldersAt(dir)...)); again != want {
			t.Errorf("%s: want %s", again, want)
		}
	}
}
