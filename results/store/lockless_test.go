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

// lockless makes locks fail as they may on a shared folder: a lock's file can't be
// opened.
func lockless(t *testing.T, root string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(root, ".run.partial.lock"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// withoutLocks returns a folder that takes no locks, a run's place in it, and the run.
func withoutLocks(t *testing.T) (root, dir string, m results.Manifest) {
	t.Helper()
	root = t.TempDir()
	lockless(t, root)
	return root, filepath.Join(root, "run"), manifest("m", "nsmc", 1)
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
	root, dir, m := withoutLocks(t)
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
	root, dir, m := withoutLocks(t)
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
	_, dir, m := withoutLocks(t)
	old := interrupt(t, dir, m)
	done := make(chan error)
	go func() {
		w, err := Create(dir, m)
		if err == nil && !w.Resumed() {
			err = errors.New("not taken up")
		}
		done <- err
	}()
	for claimed := false; ; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			claimed = true // and one more look
		default:
		}
		all, err := partialsOf(dir)
		if err != nil {
			t.Fatal(err)
		}
		looks := 0
		for _, p := range all {
			if f, _ := fitOf(p, &m); p != old && f == fitsSame {
				if looks++; !busy(p) {
					t.Fatalf("%s is free", p)
				}
			}
		}
		if claimed && looks == 1 {
			return
		}
		if claimed {
			t.Fatalf("%d folders of the run", looks)
		}
	}
}

// Two that have both found nobody ahead of them, for one was suspended there, do not
// both go on, whichever marks its folder first.
func TestWithoutLocksTheSecondLookDecides(t *testing.T) {
	for _, first := range []int{0, 1} {
		root := t.TempDir()
		var both [2]*Writer
		for i := range both {
			w := &Writer{place: filepath.Join(root, "run"), final: filepath.Join(root, "run"), manifest: manifest("m", "nsmc", 1)}
			w.partial = newPartial(w.place, w.manifest.Identity, fmt.Sprint(i+1))
			w.lock = &lock{path: w.partial + lockExt, own: true}
			if err := w.own(thisOwner()); err != nil {
				t.Fatal(err)
			}
			defer w.lock.release(false)
			both[i] = w
		}
		if err := both[first].mark(); err != nil {
			t.Errorf("the first to mark: %v", err)
		}
		if err := both[1-first].mark(); !errors.Is(err, errHeld) {
			t.Errorf("the second to mark: %v", err)
		}
	}
}

// What keeps a claim from being signed is told, and not taken for another process.
func TestWithoutLocksFaultsAreTold(t *testing.T) {
	_, dir, m := withoutLocks(t)
	old := interrupt(t, dir, m)
	signature := filepath.Join(old, stateFolder, ownerName)
	if err := os.Remove(signature); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(signature, 0o755); err != nil {
		t.Fatal(err)
	}
	forget(t, old)
	if _, err := Create(dir, m); err == nil || errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), ownerName) {
		t.Errorf("a folder in the signature's place: %v", err)
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

// Without locks, too, an interrupted run is taken up: after a stop at once,
// after a kill when the process is gone, or silent for long.
func TestWithoutLocksIsTakenUp(t *testing.T) {
	_, dir, m := withoutLocks(t)
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
