package results

import (
	"path/filepath"
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
	if again := RunDir("runs", "org/m", "nsmc", 7, SettingsAt(dir)...); again != dir {
		t.Errorf("%s", again)
	}
	if plain := RunDir("runs", "m", "nsmc", 7); SettingsAt(plain) != nil {
		t.Errorf("%q of %s", SettingsAt(plain), plain)
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
