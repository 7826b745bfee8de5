package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
)

// with returns the manifest with one recipe field set.
func with(t *testing.T, m results.Manifest, field string) results.Manifest {
	t.Helper()
	m.Recipe = append(append([]byte{'{'}, field+","...), m.Recipe[1:]...)
	if err := m.Identify(m.Model.SHA256, m.Tokenizer.SHA256, m.Task); err != nil {
		t.Fatal(err)
	}
	return m
}

// interrupt leaves a run behind its first step, with a state.
func interrupt(t *testing.T, dir string, m results.Manifest) string {
	t.Helper()
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.Resumed() {
		t.Fatal("resumed out of nothing")
	}
	logStep(t, w, 1)
	if err := os.MkdirAll(w.StateDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.StateDir(), "state"), []byte(m.Identity), 0o644); err != nil {
		t.Fatal(err)
	}
	return w.Dir()
}

// finish takes a run up and publishes it.
func finishRun(t *testing.T, w *Writer, r results.Result) error {
	t.Helper()
	defer w.Close()
	from := 1
	if w.Resumed() {
		if err := w.Rewind(1); err != nil {
			t.Fatal(err)
		}
		from = 2
	}
	for s := from; s <= 2; s++ {
		logStep(t, w, s)
	}
	logEval(t, w, 2)
	return w.Publish(predictions(), r)
}

// The state of other settings is kept, and its own settings take it up again.
func TestOtherSettingsAreKept(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "run")
	m := manifest("m", "nsmc", 1)
	other := with(t, m, `"epochs":4`)
	old := interrupt(t, dir, m)

	w, err := Create(dir, other)
	if err != nil {
		t.Fatal(err)
	}
	if w.Resumed() || w.Dir() == old || len(w.Kept()) != 1 || w.Kept()[0].Path != old {
		t.Fatalf("in %s, resumed %v, kept %v", w.Dir(), w.Resumed(), w.Kept())
	}
	if got := w.Kept()[0].String(); !strings.Contains(got, "epochs none, now 4") || !strings.Contains(got, "runs clean") {
		t.Errorf("message %q", got)
	}
	w.Close()
	if got := read(t, old, "state", "state"); got != m.Identity {
		t.Errorf("the state is %q", got)
	}
	for _, want := range []results.Manifest{m, other} {
		w, err := Create(dir, want)
		if err != nil {
			t.Fatal(err)
		}
		if !w.Resumed() || (w.Dir() == old) != (want.Identity == m.Identity) {
			t.Errorf("resumed %v in %s", w.Resumed(), w.Dir())
		}
		w.Close()
	}
}

// What changes no byte changes nothing, and the manifest follows.
func TestPathsAndBuildsAreTakenUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	m := manifest("m", "nsmc", 1)
	interrupt(t, dir, m)
	moved := with(t, m, `"save_steps":50`)
	moved.Model.Path, moved.Program.Go, moved.Program.Commit = "./elsewhere", "go1.99", "f00"
	w, err := Create(dir, moved)
	if err != nil || !w.Resumed() {
		t.Fatalf("not taken up: %v", err)
	}
	if err := finishRun(t, w, result("m", "nsmc", 1, 10)); err != nil {
		t.Fatal(err)
	}
	unbroken := filepath.Join(t.TempDir(), "run")
	writeRun(t, unbroken, moved, result("m", "nsmc", 1, 10))
	for _, name := range []string{results.ManifestFile, results.LogFile, results.ResultFile, results.PredictionsFile} {
		if read(t, dir, name) != read(t, unbroken, name) {
			t.Errorf("%s differs from an unbroken run's", name)
		}
	}
}

// A state goes over to another eval_steps: evaluations that are not asked for
// leave the log, those that it would have had are warned of.
func TestEvalStepsAreTakenUp(t *testing.T) {
	base := manifest("m", "nsmc", 1)
	for _, c := range []struct {
		from, to string
		evals    int
		warning  string
	}{{`"eval_steps":1`, `"eval_steps":0`, 0, ""}, {`"eval_steps":0`, `"eval_steps":1`, 0, "2 evaluations before it"}, {`"eval_steps":1`, `"eval_steps":2`, 1, ""}} {
		dir := filepath.Join(t.TempDir(), "run")
		w, err := Create(dir, with(t, base, c.from))
		if err != nil {
			t.Fatal(err)
		}
		for s := 1; s <= 3; s++ {
			if err := w.Step(results.StepEvent{Step: s, Epoch: float64(s) / 4}); err != nil {
				t.Fatal(err)
			}
			if c.from == `"eval_steps":1` && s < 3 {
				if err := w.Eval(results.EvalEvent{Step: s, Epoch: float64(s) / 4, Split: "test"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.Close()
		w, err = Create(dir, with(t, base, c.to))
		if err != nil || !w.Resumed() {
			t.Fatalf("%s to %s: not taken up: %v", c.from, c.to, err)
		}
		if err := w.Rewind(3); err != nil {
			t.Fatal(err)
		}
		w.Close()
		if got := strings.Count(read(t, w.Dir(), results.LogFile), `"eval"`); got != c.evals {
			t.Errorf("%s to %s: %d evaluations in the log, want %d", c.from, c.to, got, c.evals)
		}
		if got := fmt.Sprint(w.Manifest().Warnings); !strings.Contains(got, c.warning) || (c.warning == "") != (got == "[]") {
			t.Errorf("%s to %s: warnings %s", c.from, c.to, got)
		}
	}
}

// A run that another process works on is refused as such.
func TestHeld(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "run")
	m := manifest("m", "nsmc", 1)
	a, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, m); !errors.Is(err, ErrHeld) {
		t.Errorf("second writer: %v", err)
	}
	other, err := Create(dir, with(t, m, `"epochs":4`))
	if err != nil || other.Dir() == a.Dir() {
		t.Fatalf("other settings: %v", err)
	}
	if err := finishRun(t, a, result("m", "nsmc", 1, 10)); err != nil {
		t.Fatal(err)
	}
	// The second training finds its place taken, and goes beside it.
	if err := finishRun(t, other, result("m", "nsmc", 1, 20)); err != nil {
		t.Fatal(err)
	}
	if r, err := results.Open(other.Place()); err != nil || *r.Result.Score != 20 || other.Place() == dir {
		t.Errorf("beside: %s %+v, %v", other.Place(), r, err)
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if _, err := Create(dir, m); !errors.Is(err, ErrFinished) {
		t.Errorf("create over a finished run: %v", err)
	}
}

// A state of another eval_steps is taken up by one process: the next sees whose it is.
func TestAStateIsTakenUpOnce(t *testing.T) {
	for _, locks := range []bool{true, false} {
		root := t.TempDir()
		dir := filepath.Join(root, "run")
		m := manifest("m", "nsmc", 1)
		if !locks {
			lockless(t, root)
		}
		interrupt(t, dir, m)
		other := with(t, m, `"eval_steps":5`)
		w, err := Create(dir, other)
		if err != nil || !w.Resumed() {
			t.Fatalf("locks %v: %v", locks, err)
		}
		if _, err := Create(dir, other); !errors.Is(err, ErrHeld) {
			t.Errorf("locks %v, the second: %v", locks, err)
		}
		if err := finishRun(t, w, result("m", "nsmc", 1, 10)); err != nil {
			t.Errorf("locks %v: %v", locks, err)
		}
	}
}

// A run that another process computes by other kernels is waited for, and begun by
// these when that one has stopped.
func TestOtherKernelsAreWaitedFor(t *testing.T) {
	for _, locks := range []bool{true, false} {
		root := t.TempDir()
		dir := filepath.Join(root, "run")
		if !locks {
			lockless(t, root)
		}
		m := manifest("m", "nsmc", 1)
		other := m
		other.Program.Kernels = "avx512"
		if err := other.Identify(m.Model.SHA256, m.Tokenizer.SHA256, m.Task); err != nil {
			t.Fatal(err)
		}
		a, err := Create(dir, m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Create(dir, other); !errors.Is(err, ErrHeld) {
			t.Errorf("locks %v, while it works: %v", locks, err)
		}
		if at, err := Look(dir, &other); err != nil || at.State != StateHeld {
			t.Errorf("locks %v, while it works: %v, %v", locks, at.State, err)
		}
		if b, err := Create(dir, with(t, m, `"epochs":4`)); err != nil {
			t.Errorf("locks %v, other settings: %v", locks, err)
		} else {
			b.Close()
		}
		a.Close()
		b, err := Create(dir, other)
		if err != nil || b.Resumed() || b.Dir() == a.Dir() {
			t.Fatalf("locks %v, when it has stopped: %v", locks, err)
		}
		b.Close()
	}
}
