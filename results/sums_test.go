package results

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDamage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	writeRun(t, dir, manifest("m", "nsmc", 1), result("m", "nsmc", 1, 10))
	r, err := Open(dir)
	if err != nil || r.Check(true) != nil {
		t.Fatalf("%v, %v", err, r.Check(true))
	}
	log := filepath.Join(dir, LogFile)
	whole, _ := os.ReadFile(log)
	flipped := slices.Clone(whole)
	flipped[10] ^= 1
	for _, c := range []struct {
		text []byte
		want string
	}{{whole[:20], "log.jsonl has 20 of"}, {flipped, "log.jsonl was changed"}, {nil, "log.jsonl is missing"}} {
		if c.text == nil {
			os.Remove(log)
		} else {
			os.WriteFile(log, c.text, 0o644)
		}
		var damage *DamageError
		if err := r.Check(false); !errors.As(err, &damage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
