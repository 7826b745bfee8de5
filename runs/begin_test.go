package runs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/trainers"
)

// A training that a measurement refuses is refused again by the same command and leaves nothing;
// one that goes on from a state, and one that stands, is not measured.
func TestOnlyWhatBeginsIsMeasured(t *testing.T) {
	p := newPlace(t)
	c := p.cell(t, p.path("tiny.yaml"), "runs")
	data, l, err := c.load()
	if err != nil {
		t.Fatal(err)
	}
	c = c.resolved(data)
	c.Recipe.Precision, c.Recipe.Device = "float16", "vulkan:0"
	m, err := c.manifest(l, data.All(), kept(c.Recipe))
	if err != nil {
		t.Fatal(err)
	}
	slow := errors.New("no faster")
	asked := 0
	gains := func(_ context.Context, setting string, in device.Precision) error {
		if setting != "vulkan:0" || in != device.Float16 {
			t.Errorf("asked for %v on %s", in, setting)
		}
		asked++
		return slow
	}
	begins := func(c Cell, want error, times int) {
		t.Helper()
		if err := c.mayBegin(t.Context(), m, gains); err != want || asked != times {
			t.Errorf("%v after %d measurements, want %v after %d", err, asked, want, times)
		}
	}
	begins(c, slow, 1)
	begins(c, slow, 2)
	if _, err := os.Stat(p.path("runs")); err == nil {
		t.Error("what was refused left a folder")
	}

	w, err := store.Create(c.Dir, *m) // as of a program that was killed before its first state
	if err != nil {
		t.Fatal(err)
	}
	begins(c, nil, 2) // held by this process: its claim says so
	w.Close()
	begins(c, slow, 3)

	states := trainers.FileStore{Path: filepath.Join(w.StateDir(), stateFile)}
	if err := os.MkdirAll(w.StateDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := states.Save(&trainers.State{Position: trainers.Position{Step: 1}}); err != nil {
		t.Fatal(err)
	}
	begins(c, nil, 3)
	if err := os.WriteFile(states.Path, []byte("cut"), 0o644); err != nil {
		t.Fatal(err)
	}
	begins(c, nil, 3) // the training says what is wrong with it

	c.Recipe.Precision = "float32"
	c.Dir = p.path("others")
	begins(c, nil, 3)
}
