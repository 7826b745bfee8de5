package store

import (
	"errors"
	"path/filepath"
	"testing"
)

// A run of other settings that is published while this one is claimed moves its
// place; one of the same settings is the run.
func TestPublishedDuringTheClaim(t *testing.T) {
	for _, same := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "m", "nsmc", "seed-1")
		a := manifest("m", "nsmc", 1)
		b := with(t, a, `"epochs":4`)
		if same {
			b = a
		}
		w := &Writer{place: dir, manifest: b}
		w.final, _ = PlaceFor(w.place, &w.manifest)
		writeRun(t, dir, a, result("m", "nsmc", 1, 50))
		if err := w.claim(); err != nil {
			t.Fatal(err)
		}
		err := w.prepare()
		if same {
			if !errors.Is(err, ErrFinished) || w.Place() != dir {
				t.Errorf("the same run: %v, in %s", err, w.Place())
			}
			w.yield(true)
			continue
		}
		if err != nil || w.Place() != besideOf(dir, &b) {
			t.Fatalf("other settings: %v, in %s", err, w.Place())
		}
		if err := finishRun(t, w, result("m", "nsmc", 1, 60)); err != nil {
			t.Error(err)
		}
	}
}
