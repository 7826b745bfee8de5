package store

import (
	"errors"
	"os"
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

// What another variant has done, and what it failed of, is none of a planned run's
// progress; its own is.
func TestProgressOfAnotherVariant(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m", "nsmc", "seed-1")
	a := manifest("m", "nsmc", 1)
	b := with(t, a, `"epochs":4`)
	progress := func(portable string) Progress {
		t.Helper()
		all, err := ProgressOfAll([]Planned{{dir, portable}})
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	w, err := Create(dir, a)
	if err != nil {
		t.Fatal(err)
	}
	logStep(t, w, 1)
	logStep(t, w, 2)
	if p := progress(a.Parts.Portable()); p.State != CellRunning {
		t.Errorf("its own: %+v", p)
	}
	if p := progress(b.Parts.Portable()); p.State != CellWaiting || p.Step != 0 {
		t.Errorf("another's: %+v", p)
	}
	w.Close()
	if err := RecordFailure(dir, a.Parts.Portable(), errors.New("no room")); err != nil {
		t.Fatal(err)
	}
	if p := progress(a.Parts.Portable()); p.State != CellFailed || p.Reason != "no room" || p.Step != 2 {
		t.Errorf("its own failure: %+v", p)
	}
	if p := progress(b.Parts.Portable()); p.State != CellWaiting || p.Reason != "" || p.Step != 0 {
		t.Errorf("another's failure: %+v", p)
	}
	partial := w.Dir()
	if p, err := ProgressIn(partial); err != nil || p.State != CellFailed {
		t.Errorf("in its folder: %+v, %v", p, err)
	}
	if err := RecordFailure(dir, b.Parts.Portable(), errors.New("no disk")); err != nil {
		t.Fatal(err)
	}
	if p, err := ProgressIn(partial); err != nil || p.Reason != "no room" {
		t.Errorf("another's failure beside its folder: %+v, %v", p, err)
	}
	if err := RecordFailure(dir, a.Parts.Portable(), nil); err != nil {
		t.Fatal(err)
	}
	if p, err := ProgressIn(partial); err != nil || p.State != CellWaiting {
		t.Errorf("another's failure alone: %+v, %v", p, err)
	}
	if err := RecordFailure(dir, "", errors.New("no data")); err != nil {
		t.Fatal(err)
	}
	if p := progress(b.Parts.Portable()); p.State != CellFailed {
		t.Errorf("a failure of nobody knows which: %+v", p)
	}
}

// A run that can't be read for want of the system's leave is not taken for another.
func TestProgressTellsWhatItCannotRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m", "nsmc", "seed-1")
	a := manifest("m", "nsmc", 1)
	writeRun(t, dir, a, result("m", "nsmc", 1, 50))
	path := filepath.Join(dir, "manifest.json")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("manifest.json", path); err != nil { // a loop, as the system says
		t.Skip("this system makes no link: ", err)
	}
	if all, err := ProgressOfAll([]Planned{{dir, a.Parts.Portable()}}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("%+v, %v", all, err)
	}
}

// A run without a manifest that can be made out keeps its cell from its place: the
// cell is not waiting for somebody, it can't go on. Beside it, it may be any run.
func TestProgressTellsDamage(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "m", "nsmc", "seed-1")
	a := manifest("m", "nsmc", 1)
	writeRun(t, dir, a, result("m", "nsmc", 1, 50))
	progress := func() Progress {
		t.Helper()
		all, err := ProgressOfAll([]Planned{{dir, a.Parts.Portable()}})
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	for _, text := range []string{"{\"schema\": 2, \"ident", "[]", ""} {
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if p := progress(); p.State != CellFailed || !strings.Contains(p.Reason, dir+": damaged") {
			t.Errorf("manifest %q: %+v", text, p)
		}
	}
	os.Remove(filepath.Join(dir, "manifest.json"))
	if p := progress(); p.State != CellFailed {
		t.Errorf("without a manifest: %+v", p)
	}
	beside := filepath.Join(root, "m", "nsmc", "variant-12345678")
	if err := os.Mkdir(beside, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, filepath.Join(beside, "seed-1")); err != nil {
		t.Fatal(err)
	}
	if p := progress(); p.State != CellWaiting || !strings.Contains(p.Reason, "variant-12345678") {
		t.Errorf("beside its place: %+v", p)
	}
	partial := interrupt(t, dir, a)
	if p := progress(); p.Step != 1 {
		t.Errorf("interrupted: %+v", p)
	}
	if err := os.WriteFile(filepath.Join(partial, "manifest.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if p := progress(); p.State != CellWaiting || p.Step != 0 {
		t.Errorf("interrupted, and nobody will take it up: %+v", p)
	}
}

// Failures of several settings in one place stand side by side, and each is
// forgotten by itself.
func TestFailuresSideBySide(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m", "nsmc", "seed-1")
	a := manifest("m", "nsmc", 1)
	b := with(t, a, `"epochs":4`)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	reasons := func() (all [2]string) {
		t.Helper()
		ps, err := ProgressOfAll([]Planned{{dir, a.Parts.Portable()}, {dir, b.Parts.Portable()}})
		if err != nil {
			t.Fatal(err)
		}
		return [2]string{ps[0].Reason, ps[1].Reason}
	}
	record := func(portable string, err error) {
		t.Helper()
		if err := RecordFailure(dir, portable, err); err != nil {
			t.Fatal(err)
		}
	}
	record(a.Parts.Portable(), errors.New("of a"))
	record(b.Parts.Portable(), errors.New("of b"))
	if got := reasons(); got != [2]string{"of a", "of b"} {
		t.Errorf("%q", got)
	}
	record(b.Parts.Portable(), nil)
	if got := reasons(); got != [2]string{"of a", ""} {
		t.Errorf("b is well: %q", got)
	}
	record("", errors.New("of any"))
	if got := reasons(); got[1] != "of any" {
		t.Errorf("of one that nobody knows: %q", got)
	}
	record(a.Parts.Portable(), nil)
	if got := reasons(); got != [2]string{} {
		t.Errorf("a is well: %q", got)
	}
	if left := names(t, filepath.Dir(dir)); left != nil {
		t.Errorf("left: %q", left)
	}
}
