package runs

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
)

// computedOtherwise makes a finished run one that other kernels, or a program of
// other numbers, computed.
func computedOtherwise(t *testing.T, dir string, change func(*results.Manifest)) results.Identity {
	t.Helper()
	path := filepath.Join(dir, results.ManifestFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := results.DecodeManifest(b)
	if err != nil {
		t.Fatal(err)
	}
	change(&m)
	m.Identity = m.Parts.Hash()
	text, err := results.Encode(m, "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
	unsealed(t, dir)
	return m.Parts
}

// unsealed takes the manifest's size and sum out of the result.
func unsealed(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, results.ResultFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r results.Result
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	r.Files = slices.DeleteFunc(r.Files, func(f results.FileSum) bool { return f.Name == results.ManifestFile })
	if b, err = results.Encode(r, "  "); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A run that other kernels finished is the one that a plan asked for, in its place
// or beside other settings; nobody else gets it in silence, and nobody trains a
// second one beside it.
func TestOtherKernelsTrainNothing(t *testing.T) {
	kernels := func(m *results.Manifest) { m.Parts.Kernels, m.Program.Kernels = "abacus", "abacus" }
	numerics := func(m *results.Manifest) { m.Parts.Numerics-- }
	for _, c := range []struct {
		name    string
		beside  bool // a run of other settings has the place
		change  func(*results.Manifest)
		differs string
	}{
		{"kernels", false, kernels, "kernels abacus, now "},
		{"kernels, beside another", true, kernels, "kernels abacus, now "},
		{"numerics", false, numerics, "numerics "},
		{"numerics, beside another", true, numerics, "numerics "},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			if c.beside {
				mustRun(t, p.cell(t, p.path("tiny.yaml"), "runs", "adam_epsilon=1e-7"))
			}
			cell := p.cell(t, p.path("tiny.yaml"), "runs")
			o, _ := mustRun(t, cell)
			theirs := computedOtherwise(t, o.Dir, c.change)
			before := files(t, p.path("runs"))

			l := &listener{}
			_, err := Run(t.Context(), cell, l)
			var conflict *ConflictError
			if !errors.As(err, &conflict) || conflict.Dir != o.Dir || !strings.Contains(err.Error(), "holds a finished run ") ||
				!strings.Contains(err.Error(), c.differs) || !strings.Contains(err.Error(), "--runs") {
				t.Errorf("unplanned: %v", err)
			}
			all, err := forecast([]Cell{cell})
			if err != nil || all[0].Status != store.StateConflict || all[0].OnOtherKernels() != strings.HasPrefix(c.name, "kernels") {
				t.Errorf("what it would do: %+v, %v", all, err)
			}
			cell.Planned = all[0].Portable
			again, err := Run(t.Context(), cell, l)
			if cell.Planned != theirs.Portable() {
				if !errors.As(err, &conflict) {
					t.Errorf("planned: %v", err)
				}
			} else if err != nil || again.Status != FinishedBefore || again.Dir != o.Dir {
				t.Errorf("planned: %+v, %v", again, err)
			}
			if len(l.steps) > 0 {
				t.Errorf("it trained, steps %v", l.steps)
			}
			after := files(t, p.path("runs"))
			for name, text := range before {
				if after[name] != text {
					t.Errorf("%s was changed", name)
				}
			}
			if len(after) != len(before) {
				t.Errorf("%d files, %d before", len(after), len(before))
			}
		})
	}
}
