package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/results"
)

// PlaceFor returns where the run of that manifest is published, or is to be: dir,
// unless a finished run of other settings stands there. Then it is a folder of the
// run's own variant beside it: model/task/variant-1a2b3c4d/seed-N for
// model/task/seed-N. differs says in what the run in dir differs from this one.
// Unfinished runs lie beside dir, whatever their settings.
func PlaceFor(dir string, m *results.Manifest) (place string, differs []results.Difference) {
	beside := besideOf(dir, m)
	if !results.Finished(dir) {
		if results.Finished(beside) { // whoever had the place is gone
			return beside, nil
		}
		return dir, nil
	}
	there, err := results.Open(dir)
	if err != nil || results.SameRun(m.Parts, there.Manifest.Parts) {
		return dir, nil // one that can't be read is for the user to see
	}
	return beside, m.Parts.Differences(there.Manifest.Parts)
}

// besideOf is the place of a run's variant beside dir; dir where it is that
// already.
func besideOf(dir string, m *results.Manifest) string {
	folder := m.Parts.VariantFolder()
	if filepath.Base(filepath.Dir(dir)) == folder {
		return dir
	}
	return filepath.Join(filepath.Dir(dir), folder, filepath.Base(dir))
}

// makeRoom makes the folder that the run is published in.
func (w *Writer) makeRoom() error {
	err := os.Mkdir(filepath.Dir(w.final), 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// moveBeside chooses the place of the run's variant for a run that one of other
// settings was published before, and reports whether there is one.
func (w *Writer) moveBeside() bool {
	beside := besideOf(w.final, &w.manifest)
	moved := beside != w.final
	w.final = beside
	return moved
}

// Place returns where the run is published, or is to be.
func (w *Writer) Place() string { return w.final }
