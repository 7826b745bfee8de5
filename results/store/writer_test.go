package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/results"
)

func TestRunFiles(t *testing.T) {
	root := t.TempDir()
	dir := results.RunDir(root, "kykim/bert-kor-base", "nsmc", 42)
	if want := filepath.Join(root, "kykim--bert-kor-base", "nsmc", "seed-42"); dir != want {
		t.Errorf("RunDir %s, want %s", dir, want)
	}
	writeRun(t, dir, manifest("kykim/bert-kor-base", "nsmc", 42), result("kykim/bert-kor-base", "nsmc", 42, 90.63))
	for _, name := range []string{results.ManifestFile, results.LogFile, results.PredictionsFile, results.ResultFile} {
		golden.File(t, "run/"+name, []byte(read(t, dir, name)))
	}
	if got := names(t, filepath.Dir(dir)); !slices.Equal(got, []string{"seed-42"}) {
		t.Errorf("left beside the run: %v", got)
	}

	r, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Result.Model != "kykim/bert-kor-base" || *r.Result.Score != 90.63 || r.Manifest.Data[0].Dropped["empty"] != 2 {
		t.Errorf("read back: %+v", r)
	}
	events, err := r.Log()
	if err != nil || len(events) != 3 || events[1].Step.LR != 3e-5 || *events[2].Eval.Scores.Accuracy != 0.5 {
		t.Errorf("log read back: %+v, %v", events, err)
	}
}

// A run that stops anywhere and is taken up again has the bytes of an unbroken one.
func TestResume(t *testing.T) {
	m, r := manifest("m", "nsmc", 1), result("m", "nsmc", 1, 50)
	whole := filepath.Join(t.TempDir(), "run")
	writeRun(t, whole, m, r)

	for _, c := range []struct {
		name string
		stop func(t *testing.T, w *Writer) // what happens before the program dies
		from int                           // step of the saved state
	}{
		{"before the first step", func(t *testing.T, w *Writer) {}, 0},
		{"without a state", func(t *testing.T, w *Writer) { logStep(t, w, 1); w.Sync() }, 0},
		{"at a state", func(t *testing.T, w *Writer) { logStep(t, w, 1); w.Sync() }, 1},
		{"behind a state", func(t *testing.T, w *Writer) { logStep(t, w, 1); logStep(t, w, 2); w.Sync() }, 1},
		{"behind the evaluation of a state's step", func(t *testing.T, w *Writer) {
			logStep(t, w, 1)
			logStep(t, w, 2)
			logEval(t, w, 2)
			w.Sync()
		}, 2},
		{"within a line", func(t *testing.T, w *Writer) {
			logStep(t, w, 1)
			w.Sync()
			w.log.WriteString(`{"event":"step","st`)
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			w, err := Create(dir, m)
			if err != nil {
				t.Fatal(err)
			}
			if w.Resumed() {
				t.Fatal("resumed out of nothing")
			}
			os.MkdirAll(w.StateDir(), 0o755)
			c.stop(t, w)
			w.closeLogs()
			w.lock.release(false)
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Fatal("an unfinished run stands under the final name")
			}

			w, err = Create(dir, m)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if !w.Resumed() || w.Kept() != nil {
				t.Fatalf("resumed %v, kept %v", w.Resumed(), w.Kept())
			}
			if err := w.Rewind(c.from); err != nil {
				t.Fatal(err)
			}
			for s := c.from + 1; s <= 2; s++ {
				logStep(t, w, s)
			}
			logEval(t, w, 2)
			if err := w.Publish(predictions(), r); err != nil {
				t.Fatal(err)
			}
			if got, want := names(t, dir), names(t, whole); !slices.Equal(got, want) {
				t.Errorf("files %v, want %v", got, want)
			}
			for _, name := range names(t, whole) {
				if got, want := read(t, dir, name), read(t, whole, name); got != want {
					t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
				}
			}
		})
	}
}

func TestStateNewerThanLog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	m := manifest("m", "nsmc", 1)
	w, _ := Create(dir, m)
	logStep(t, w, 1)
	w.Close()
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Rewind(2); err == nil || !strings.Contains(err.Error(), "no step 2, where the saved state stands") {
		t.Errorf("error %v", err)
	}
	if err := w.Rewind(0); err != nil {
		t.Errorf("start anew: %v", err)
	}
}

func TestPlaceIsTaken(t *testing.T) {
	root := t.TempDir()
	os.MkdirAll(filepath.Join(root, "full", "sub"), 0o755)
	os.Mkdir(filepath.Join(root, "empty"), 0o755)
	os.WriteFile(filepath.Join(root, "file"), nil, 0o644)
	if _, err := Create(filepath.Join(root, "full"), manifest("m", "nsmc", 1)); err == nil || !strings.Contains(err.Error(), "exists and is no run") {
		t.Errorf("full: %v", err)
	}
	if _, err := Create(filepath.Join(root, "file"), manifest("m", "nsmc", 1)); err == nil {
		t.Error("file: no error")
	}
	writeRun(t, filepath.Join(root, "empty"), manifest("m", "nsmc", 1), result("m", "nsmc", 1, 10))

	// a folder that comes to stand there while the run goes on is not touched
	w, _ := Create(filepath.Join(root, "late"), manifest("m", "nsmc", 1))
	defer w.Close()
	os.MkdirAll(filepath.Join(root, "late", "sub"), 0o755)
	if err := w.Publish(nil, result("m", "nsmc", 1, 10)); err == nil || errors.Is(err, ErrFinished) {
		t.Errorf("late: %v", err)
	}
	if got := names(t, filepath.Join(root, "late")); !slices.Equal(got, []string{"sub"}) {
		t.Errorf("late holds %v", got)
	}
}

func TestUnwritable(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "run"), manifest("m", "nsmc", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var zero float64
	if err := w.Step(results.StepEvent{Step: 1, Loss: 0 / zero}); err == nil {
		t.Error("a NaN went into the log")
	}
}
