package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// lockless makes locks fail as they may on a shared folder: a lock's file can't be
// opened.
func lockless(t *testing.T, root string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(root, ".run.partial.lock"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// forget makes a signature older than any that counts.
func forget(t *testing.T, partial string) {
	t.Helper()
	old := time.Now().Add(-signLasts - time.Second)
	if err := os.Chtimes(filepath.Join(partial, stateFolder, ownerName), old, old); err != nil {
		t.Fatal(err)
	}
}

// Where locks fail, a run is waited for as long as its process signs. When that has
// ended, the next takes it up, and the first, should it wake, has lost it.
func TestWithoutLocks(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "run")
	m := manifest("m", "nsmc", 1)
	lockless(t, root)
	a, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, m); !errors.Is(err, ErrHeld) || !a.lock.own {
		t.Fatalf("beside one that works: %v", err)
	}
	logStep(t, a, 1)
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	forget(t, a.Dir())
	b, err := Create(dir, m)
	if err != nil || !b.Resumed() {
		t.Fatalf("after one that is silent: %v", err)
	}
	if err := finishRun(t, b, result("m", "nsmc", 1, 10)); err != nil {
		t.Fatal(err)
	}
	if err := a.Publish(nil, result("m", "nsmc", 1, 20)); err == nil {
		t.Error("the first published, too")
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if got := names(t, root); !slices.Equal(got, []string{"run"}) {
		t.Errorf("left: %v", got)
	}
	if r, err := results.Open(dir); err != nil || *r.Result.Score != 10 {
		t.Errorf("%+v, %v", r.Result, err)
	}
}

// A process that was silent for long writes nothing into the log of the one that has
// taken its run over, and leaves no folder.
func TestWithoutLocksWakes(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "run")
	m := manifest("m", "nsmc", 1)
	lockless(t, root)
	a, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	logStep(t, a, 1)
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	forget(t, a.Dir())
	b, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Rewind(1); err != nil {
		t.Fatal(err)
	}
	before := read(t, b.Dir(), results.LogFile)
	// Its line waits in memory, or is refused at once where the last ones are older than flushEvery.
	if err := a.Step(results.StepEvent{Step: 2}); err != nil && !strings.Contains(err.Error(), "removed or replaced") {
		t.Fatal(err)
	}
	if err := a.Close(); err == nil {
		t.Error("the first has heard nothing")
	}
	if now := read(t, b.Dir(), results.LogFile); now != before {
		t.Errorf("the log has become %q", now)
	}
	if err := b.Publish(nil, result("m", "nsmc", 1, 10)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, root); !slices.Equal(got, []string{"run"}) {
		t.Errorf("left: %v", got)
	}
}

// Of many that begin at the same moment without locks, one works.
func TestWithoutLocksAtOnce(t *testing.T) {
	root := t.TempDir()
	lockless(t, root)
	var all sync.WaitGroup
	var claimed, held atomic.Int32
	for range 8 {
		all.Go(func() {
			switch _, err := Create(filepath.Join(root, "run"), manifest("m", "nsmc", 1)); {
			case err == nil:
				claimed.Add(1)
			case errors.Is(err, ErrHeld):
				held.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if claimed.Load() != 1 || held.Load() != 7 {
		t.Errorf("%d work, %d wait", claimed.Load(), held.Load())
	}
}

// A process that was suspended behind its look at the folder, and signs when another
// has claimed the run but written no manifest yet, gives up, whichever name comes first.
func TestWithoutLocksALateOneGivesUp(t *testing.T) {
	root := t.TempDir()
	m := manifest("m", "nsmc", 1)
	claim := func() (*Writer, error) {
		w := &Writer{place: filepath.Join(root, "run"), final: filepath.Join(root, "run"), manifest: m}
		return w, w.claimOwn()
	}
	first, err := claim()
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if _, err := claim(); !errors.Is(err, errHeld) {
			t.Errorf("beside one that has claimed it: %v", err)
		}
	}
	if got := names(t, root); !slices.Equal(got, []string{filepath.Base(first.partial)}) {
		t.Errorf("left: %v", got)
	}
	if err := first.prepare(); err != nil {
		t.Error(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
}

// A run that is taken over without locks is under no new name seen as one that nobody
// works on: who looked then would take it over once more.
func TestWithoutLocksIsNeverSeenFree(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "run")
	m := manifest("m", "nsmc", 1)
	lockless(t, root)
	old := interrupt(t, dir, m)
	done := make(chan error)
	go func() {
		w, err := Create(dir, m)
		if err == nil && !w.Resumed() {
			err = errors.New("not taken up")
		}
		done <- err
	}()
	looks := 0
	for ended := false; !ended; { // and once more when it has been taken up
		select {
		case err := <-done:
			if ended = true; err != nil {
				t.Error(err)
			}
		default:
		}
		all, err := partialsOf(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if f, _ := fitOf(p, &m); p != old && f == fitsSame {
				if looks++; !busy(p) {
					t.Fatalf("%s is free", p)
				}
			}
		}
	}
	if looks == 0 {
		t.Error("it was not seen")
	}
}

// Of many that take up the same interrupted run at the same moment without locks, one
// does, and what was saved is there.
func TestWithoutLocksIsTakenUpOnce(t *testing.T) {
	for range 4 {
		root := t.TempDir()
		dir := filepath.Join(root, "run")
		m := manifest("m", "nsmc", 1)
		lockless(t, root)
		interrupt(t, dir, m)
		var all sync.WaitGroup
		var claimed, held atomic.Int32
		for range 8 {
			all.Go(func() {
				switch w, err := Create(dir, m); {
				case err == nil && w.Resumed():
					claimed.Add(1)
				case errors.Is(err, ErrHeld):
					held.Add(1)
				default:
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if claimed.Load() != 1 || held.Load() != 7 {
			t.Fatalf("%d work, %d wait", claimed.Load(), held.Load())
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

// Without locks, too, an interrupted run is taken up: after a stop at once,
// after a kill when the process is gone, or silent for long.
func TestWithoutLocksIsTakenUp(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "run")
	m := manifest("m", "nsmc", 1)
	lockless(t, root)
	old := interrupt(t, dir, m)
	for _, c := range []struct {
		owner  string
		silent bool
		taken  bool
	}{
		{"", false, true},
		{machine() + " 999999999 x", false, true},
		{machine() + " 999999999", false, true}, // as older programs signed
		{fmt.Sprint(machine(), " ", os.Getpid(), " of-another-life"), false, true},
		{"elsewhere 1 x", false, false},
		{"elsewhere 1 x", true, true},
		{fmt.Sprint(machine(), " ", os.Getppid(), " x"), false, false},
		{fmt.Sprint(machine(), " ", os.Getppid(), " x"), true, true}, // a number that another process has now
	} {
		if c.owner != "" {
			if err := os.WriteFile(filepath.Join(old, stateFolder, ownerName), []byte(c.owner), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if c.silent {
			forget(t, old)
		}
		w, err := Create(dir, m)
		if !c.taken {
			if !errors.Is(err, ErrHeld) {
				t.Errorf("owner %q: %v", c.owner, err)
			}
			continue
		}
		if err != nil || !w.Resumed() {
			t.Fatalf("owner %q: %v", c.owner, err)
		}
		old = w.Dir()
		w.Close()
	}
}

// Who finds the run finished behind its own claim leaves nothing.
func TestYield(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "run")
	m := manifest("m", "nsmc", 1)
	w := &Writer{place: dir, final: dir, manifest: m}
	if err := w.claimOwn(); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "run")
	writeRun(t, elsewhere, m, result("m", "nsmc", 1, 10))
	if err := os.Rename(elsewhere, dir); err != nil {
		t.Fatal(err)
	}
	if err := w.prepare(); !errors.Is(err, ErrFinished) {
		t.Fatalf("begin: %v", err)
	}
	if err := w.yield(true); err != nil {
		t.Fatal(err)
	}
	if got := names(t, root); !slices.Equal(got, []string{"run"}) {
		t.Errorf("left: %v", got)
	}
}
