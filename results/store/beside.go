package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/results"
)

// PlaceFor returns where the run of that manifest is published, or is to be: dir,
// unless a finished run of other settings stands there. Then it is a folder of the
// run's own variant beside it: model/task/variant-1a2b3c4d/seed-N for
// model/task/seed-N. differs says in what the run in dir differs from this one.
// Unfinished runs lie beside dir, whatever their settings. A run that was finished
// by the same settings on other kernels, or by a program of other numbers, keeps
// the place that it has: nobody asked for a second one.
func PlaceFor(dir string, m *results.Manifest) (place string, differs []results.Difference) {
	s := placeOf(dir, m)
	return s.place, s.differs
}

// site is where a run is published, or is to be.
type site struct {
	place    string
	differs  []results.Difference // from a finished run that has the place that was asked for
	finished bool                 // a run stands there
	run      results.Run          // that run, if it was opened
	err      error                // why it can't be
	opened   bool
}

// placeOf is PlaceFor with what it has seen: each look takes its time on a shared
// folder.
func placeOf(dir string, m *results.Manifest) site {
	beside := besideOf(dir, m)
	var there site
	if results.Finished(dir) {
		there = site{place: dir, finished: true, opened: true}
		there.run, there.err = results.Open(dir)
		if there.err != nil || results.SameRun(m.Parts, there.run.Manifest.Parts) {
			return there // one that can't be read is for the user to see
		}
	}
	var differs []results.Difference
	if there.finished {
		differs = m.Parts.Differences(there.run.Manifest.Parts)
	}
	switch {
	case results.Finished(beside): // without differs, whoever had the place is gone
		return site{place: beside, differs: differs, finished: true}
	case differs != nil && results.SameButKernels(m.Parts, there.run.Manifest.Parts):
		return there
	}
	if other := besideOnOtherKernels(dir, m); other != "" {
		return site{place: other, differs: differs, finished: true}
	}
	if differs == nil {
		return site{place: dir}
	}
	return site{place: beside, differs: differs}
}

// besideOnOtherKernels returns where beside dir a run of the same settings stands
// that other kernels computed, "" if none does.
func besideOnOtherKernels(dir string, m *results.Manifest) string {
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		return "" // there is no folder yet, or making the run's own says why
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), results.VariantPrefix) {
			continue
		}
		place := filepath.Join(filepath.Dir(dir), e.Name(), filepath.Base(dir))
		if !results.Finished(place) {
			continue
		}
		if there, err := readPartial(place); err == nil && results.SameButKernels(m.Parts, there.Parts) {
			return place
		}
	}
	return ""
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
