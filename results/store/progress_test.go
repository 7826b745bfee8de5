package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// How far a run is, is told of the run that was planned: one of other settings in
// its place is none of it, and its own is found beside that.
func TestProgressOfPlannedRuns(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "m", "nsmc", "seed-1")
	a := manifest("m", "nsmc", 1)
	b := with(t, a, `"epochs":4`)
	state := func(portable string) string {
		t.Helper()
		all, err := ProgressOfAll([]Planned{{dir, portable}, {filepath.Join(root, "m", "paws", "seed-1"), portable}})
		if err != nil || all[1].State != CellWaiting {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].State
	}
	if got := state(a.Parts.Portable()); got != CellWaiting {
		t.Errorf("nothing begun: %s", got)
	}
	writeRun(t, dir, a, result("m", "nsmc", 1, 50))
	if got := state(a.Parts.Portable()); got != CellDone {
		t.Errorf("finished: %s", got)
	}
	if got := state(""); got != CellDone {
		t.Errorf("finished, whatever it is: %s", got)
	}
	if got := state(b.Parts.Portable()); got != CellWaiting {
		t.Errorf("other settings are finished: %s", got)
	}
	w, err := Create(dir, b)
	if err != nil {
		t.Fatal(err)
	}
	logStep(t, w, 1)
	if got := state(b.Parts.Portable()); got != CellRunning {
		t.Errorf("in the middle of it: %s", got)
	}
	w.Close()
	if got := state(b.Parts.Portable()); got != CellWaiting {
		t.Errorf("interrupted: %s", got)
	}
	w, err = Create(dir, b)
	if err != nil || !w.Resumed() {
		t.Fatal(err)
	}
	if err := finishRun(t, w, result("m", "nsmc", 1, 60)); err != nil {
		t.Fatal(err)
	}
	if got := state(b.Parts.Portable()); got != CellDone || !strings.Contains(w.Place(), "variant-") {
		t.Errorf("finished beside: %s in %s", got, w.Place())
	}
	if left, _ := filepath.Glob(filepath.Join(root, "m", "nsmc", ".*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
