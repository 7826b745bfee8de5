package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lmkor/bench/results"
)

// Entry is something that lies in a folder of runs.
type Entry struct {
	Path       string    `json:"path"`
	State      string    `json:"state"` // one of those below
	Model      string    `json:"model"` // empty of a leftover, and of a run that can't be read
	Task       string    `json:"task"`
	Seed       uint64    `json:"seed"`
	Identity   string    `json:"identity"`
	Step       int       `json:"step"` // the last one logged
	Bytes      int64     `json:"bytes"`
	AgeSeconds int64     `json:"age_seconds"` // since a file in it was last written
	Note       string    `json:"note"`        // what is not as usual about it
	modified   time.Time // of its newest file
}

// The states of an entry.
const (
	EntryFinished    = "finished"
	EntryDamaged     = "damaged"     // a finished run with files that are not as they were written
	EntryRunning     = "running"     // a process works in it
	EntryInterrupted = "interrupted" // the same settings take it up
	EntryAbandoned   = "abandoned"   // nobody will take it up: the run is finished, or was never begun
)

// Inventory lists what lies at and below root: finished runs, unfinished ones,
// and what killed writers left, sorted by path. With verify every file of every
// finished run is read, otherwise all but the very large.
func Inventory(root string, verify bool) ([]Entry, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: want a folder of runs", root)
	}
	var all []Entry
	now := time.Now()
	err = walkRuns(filepath.Clean(root), map[string]bool{}, func(e Entry) {
		e.measure(now)
		if e.State == EntryFinished {
			e.check(verify)
		}
		all = append(all, e)
	})
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return all, err
}

// walkRuns calls found on everything of runs at and below path.
func walkRuns(path string, seen map[string]bool, found func(Entry)) error {
	if seen[results.RealPath(path)] {
		return nil
	}
	seen[results.RealPath(path)] = true
	if PlaceOf(path) != "" {
		found(partialEntry(path))
		return nil
	}
	if results.Finished(path) {
		e := Entry{Path: path, State: EntryFinished}
		e.describe()
		found(e)
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	var failed []error
	for _, d := range entries {
		below := filepath.Join(path, d.Name())
		if owner, ok := leftoverOf(below); ok {
			if _, err := os.Lstat(owner); errors.Is(err, fs.ErrNotExist) {
				found(Entry{Path: below, State: EntryAbandoned, Note: "left by a process that was killed"})
			}
			continue
		}
		if strings.HasPrefix(d.Name(), ".") && PlaceOf(below) == "" {
			continue
		}
		if info, err := os.Stat(below); err == nil && info.IsDir() {
			failed = append(failed, walkRuns(below, seen, found))
		}
	}
	return errors.Join(failed...)
}

// leftoverOf returns the unfinished run that a lock, or a state that stepped
// aside, belongs to.
func leftoverOf(path string) (string, bool) {
	for _, ext := range []string{lockExt, stateExt} {
		if partial, ok := strings.CutSuffix(path, ext); ok && PlaceOf(partial) != "" {
			return partial, true
		}
	}
	return "", false
}

// partialEntry describes an unfinished run.
func partialEntry(path string) Entry {
	e := Entry{Path: path, State: EntryInterrupted}
	m, err := readPartial(path)
	place, _ := PlaceFor(PlaceOf(path), &m)
	switch {
	case busy(path):
		e.State = EntryRunning
	case errors.Is(err, fs.ErrNotExist):
		e.State, e.Note = EntryAbandoned, "nothing was begun in it"
		return e
	case err != nil:
		e.Note = err.Error()
		return e
	case results.Finished(place):
		there, openErr := results.Open(place)
		if openErr == nil && results.SameRun(m.Parts, there.Manifest.Parts) {
			e.State, e.Note = EntryAbandoned, "the run is finished"
			break
		}
		e.Note = "a run of other settings has its place"
		if complete(path, m.Identity) {
			e.State = EntryFinished
		}
	case complete(path, m.Identity): // its writer was killed before the last rename
		e.State, e.Note = EntryFinished, "whole, but not yet in its place: its own settings put it there"
	}
	e.Model, e.Task, e.Seed, e.Identity = m.Model.Name, m.Task, m.Parts.Seed, m.Identity
	e.Step = results.LastStep(filepath.Join(path, results.LogFile))
	return e
}

// describe fills in what a finished run is of.
func (e *Entry) describe() {
	r, err := results.Open(e.Path)
	if err != nil {
		e.State, e.Note = EntryDamaged, err.Error()
		return
	}
	e.Model, e.Task, e.Seed = r.Result.Model, r.Result.Task, r.Result.Seed
	e.Identity, e.Step = r.Manifest.Identity, r.Result.Train.Steps
}

// check looks whether a finished run's files are whole.
func (e *Entry) check(all bool) {
	r, err := results.Open(e.Path)
	if err == nil {
		err = r.Check(all)
	}
	if err != nil {
		e.State, e.Note = EntryDamaged, strings.TrimPrefix(err.Error(), "damaged: ")
	}
}

// measure adds up the entry's files.
func (e *Entry) measure(now time.Time) {
	filepath.WalkDir(e.Path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it may go while we look
		}
		if info, err := d.Info(); err == nil {
			if !d.IsDir() {
				e.Bytes += info.Size()
			}
			if info.ModTime().After(e.modified) {
				e.modified = info.ModTime()
			}
		}
		return nil
	})
	e.AgeSeconds = max(0, int64(now.Sub(e.modified).Seconds()))
}

// Remove deletes an entry: an unfinished run unless a process has come to work
// in it, or a leftover. It refuses finished and running ones.
func (e Entry) Remove() error {
	switch {
	case e.State != EntryAbandoned && e.State != EntryInterrupted:
		return fmt.Errorf("%s is %s: it is not removed", e.Path, e.State)
	case PlaceOf(e.Path) == "":
		return removeTwice(e.Path)
	case busy(e.Path):
		return fmt.Errorf("%s: %w", e.Path, ErrHeld)
	}
	l, err := tryLock(e.Path)
	if errors.Is(err, errHeld) {
		return fmt.Errorf("%s: %w", e.Path, ErrHeld)
	}
	return errors.Join(removePartial(e.Path), l.release(true), removeTwice(e.Path+lockExt))
}
