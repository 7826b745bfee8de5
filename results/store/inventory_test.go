package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
)

func TestInventory(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, "m", "nsmc", name) }
	m1, m2, m3 := manifest("m", "nsmc", 1), manifest("m", "nsmc", 2), manifest("m", "nsmc", 3)
	writeRun(t, at("seed-1"), m1, result("m", "nsmc", 1, 10))
	interrupt(t, at("seed-2"), m2)
	running, err := Create(at("seed-3"), m3)
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	writeRun(t, at("seed-4"), manifest("m", "nsmc", 4), result("m", "nsmc", 4, 10))
	os.Truncate(filepath.Join(at("seed-4"), results.LogFile), 5)
	// A second attempt at a finished run, and one of other settings, were killed.
	elsewhere := filepath.Join(t.TempDir(), "seed-1")
	for partial, m := range map[string]results.Manifest{".seed-1.partial": m1, ".seed-1.0123abcd.partial": with(t, m1, `"epochs":4`)} {
		if err := os.Rename(interrupt(t, elsewhere, m), at(partial)); err != nil {
			t.Fatal(err)
		}
	}
	// Whole ones were killed before they were published, beside another and alone.
	for partial, m := range map[string]results.Manifest{".seed-1.4567abcd.partial": with(t, m1, `"epochs":5`), ".seed-5.partial": manifest("m", "nsmc", 5)} {
		dir := filepath.Join(t.TempDir(), "seed-1")
		writeRun(t, dir, m, result("m", "nsmc", m.Parts.Seed, 20))
		if err := os.Rename(dir, at(partial)); err != nil {
			t.Fatal(err)
		}
	}
	os.WriteFile(at(".seed-9.partial.lock"), nil, 0o644)

	want := map[string]string{"seed-1": EntryFinished, ".seed-2.partial": EntryInterrupted, ".seed-3.partial": EntryRunning, "seed-4": EntryDamaged,
		".seed-1.partial": EntryAbandoned, ".seed-1.0123abcd.partial": EntryInterrupted, ".seed-9.partial.lock": EntryAbandoned,
		".seed-1.4567abcd.partial": EntryFinished, ".seed-5.partial": EntryFinished}
	all, err := Inventory(root, Verified)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		name := filepath.Base(e.Path)
		if e.State != want[name] {
			t.Errorf("%s is %s (%s), want %s", name, e.State, e.Note, want[name])
		}
		if whole := strings.Contains(e.Note, "whole, but not yet in its place"); whole != (e.State == EntryFinished && PlaceOf(e.Path) != "") {
			t.Errorf("%s: note %q", name, e.Note)
		}
		if name == ".seed-2.partial" && (e.Step != 1 || e.Seed != 2 || e.Model != "m" || e.Bytes == 0 || e.Identity != m2.Identity) {
			t.Errorf("%+v", e)
		}
		if name == "seed-4" && !strings.Contains(e.Note, "log.jsonl has 5 of") {
			t.Errorf("damage: %q", e.Note)
		}
		removable := want[name] == EntryAbandoned || want[name] == EntryInterrupted
		if err := e.Remove(); (err == nil) != removable {
			t.Errorf("removing %s: %v", name, err)
		}
		_, err := os.Lstat(e.Path)
		if gone := errors.Is(err, os.ErrNotExist); gone != removable {
			t.Errorf("%s is gone: %v", name, gone)
		}
	}
	if len(all) != len(want) {
		t.Errorf("%d entries, want %d", len(all), len(want))
	}
	left := names(t, filepath.Dir(at("x")))
	if got := strings.Join(left, " "); got != ".seed-1.4567abcd.partial .seed-3.partial .seed-3.partial.lock .seed-5.partial seed-1 seed-4" {
		t.Errorf("left: %s", got)
	}
}
