package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
)

// crash leaves a run as a kill at some point of publishing would.
func crash(t *testing.T, dir string, m results.Manifest, from func(w *Writer)) {
	t.Helper()
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	os.MkdirAll(w.StateDir(), 0o755)
	os.WriteFile(filepath.Join(w.StateDir(), "state"), []byte("s"), 0o644)
	logStep(t, w, 1)
	logStep(t, w, 2)
	logEval(t, w, 2)
	if err := w.finish(predictions(), result("m", "nsmc", 1, 10)); err != nil {
		t.Fatal(err)
	}
	w.closeLogs()
	from(w)
	w.lock.release(false)
}

// A complete run is published, not trained again; one that a kill tore is taken
// up from its state. Either way nothing is left over.
func TestKilledWhilePublishing(t *testing.T) {
	m := manifest("m", "nsmc", 1)
	for _, c := range []struct {
		name  string
		from  func(w *Writer)
		whole bool
	}{
		{"behind the result", func(*Writer) {}, true},
		{"between the renames", func(w *Writer) { os.Rename(w.StateDir(), w.partial+stateExt) }, true},
		{"behind both renames", func(w *Writer) {
			os.Rename(w.StateDir(), w.partial+stateExt)
			os.Rename(w.partial, w.final)
		}, true},
		{"with a torn log", func(w *Writer) {
			b, _ := os.ReadFile(filepath.Join(w.partial, results.PredictionsFile))
			os.WriteFile(filepath.Join(w.partial, results.PredictionsFile), b[:len(b)/2], 0o644)
			os.Rename(w.StateDir(), w.partial+stateExt)
		}, false},
		{"with a torn result", func(w *Writer) {
			os.WriteFile(filepath.Join(w.partial, results.ResultFile), []byte(`{"model": "m`), 0o644)
			os.WriteFile(filepath.Join(w.partial, ".result.json.tmp12"), []byte(`{"mo`), 0o644)
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "run")
			crash(t, dir, m, c.from)
			w, err := Create(dir, m)
			if c.whole {
				if !errors.Is(err, ErrFinished) {
					t.Fatalf("a complete run: %v", err)
				}
				if err := Sweep(dir, dir); err != nil { // what a caller does about a finished run
					t.Fatal(err)
				}
			} else {
				if err != nil {
					t.Fatal(err)
				}
				if !w.Resumed() {
					t.Error("the state was not taken up")
				}
				if got := read(t, w.StateDir(), "state"); got != "s" {
					t.Errorf("state %q", got)
				}
				if err := w.Rewind(2); err != nil {
					t.Fatal(err)
				}
				logEval(t, w, 2)
				if err := w.Publish(predictions(), result("m", "nsmc", 1, 10)); err != nil {
					t.Fatal(err)
				}
			}
			if got := names(t, root); !slices.Equal(got, []string{"run"}) {
				t.Errorf("left: %v", got)
			}
			unbroken := filepath.Join(t.TempDir(), "run")
			writeRun(t, unbroken, m, result("m", "nsmc", 1, 10))
			if got, want := names(t, dir), names(t, unbroken); !slices.Equal(got, want) {
				t.Errorf("files %v, want %v", got, want)
			}
			for _, name := range names(t, unbroken) {
				if name != results.TimingFile && read(t, dir, name) != read(t, unbroken, name) {
					t.Errorf("%s differs from an unbroken run's", name)
				}
			}
		})
	}
}

// A folder that is removed while it is written to stops the run.
func TestVanishedFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	w, err := Create(dir, manifest("m", "nsmc", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	logStep(t, w, 1)
	os.RemoveAll(w.Dir())
	w.synced = w.synced.Add(-2 * flushEvery)
	if err := w.Step(results.StepEvent{Step: 2}); err == nil || !strings.Contains(err.Error(), "removed or replaced") {
		t.Errorf("error %v", err)
	}
}
