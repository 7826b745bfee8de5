package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
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
	if seen[realPath(path)] {
		return nil
	}
	seen[realPath(path)] = true
	if finalOf(path) != "" {
		found(partialEntry(path))
		return nil
	}
	if Finished(path) {
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
		if strings.HasPrefix(d.Name(), ".") && finalOf(below) == "" {
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
		if partial, ok := strings.CutSuffix(path, ext); ok && finalOf(partial) != "" {
			return partial, true
		}
	}
	return "", false
}

// partialEntry describes an unfinished run.
func partialEntry(path string) Entry {
	e := Entry{Path: path, State: EntryInterrupted}
	m, err := readPartial(path)
	place := finalOf(path)
	switch {
	case busy(path):
		e.State = EntryRunning
	case errors.Is(err, fs.ErrNotExist):
		e.State, e.Note = EntryAbandoned, "nothing was begun in it"
		return e
	case err != nil:
		e.Note = err.Error()
		return e
	case Finished(place):
		there, openErr := Open(place)
		if openErr == nil && there.Manifest.Identity == m.Identity {
			e.State, e.Note = EntryAbandoned, "the run is finished"
			break
		}
		e.Note = "a run of other settings has its place"
		if complete(path, m.Identity) {
			e.State = EntryFinished
		}
	}
	e.Model, e.Task, e.Seed, e.Identity = m.Model.Name, m.Task, m.Parts.Seed, m.Identity
	e.Step = lastStep(path)
	return e
}

// describe fills in what a finished run is of.
func (e *Entry) describe() {
	r, err := Open(e.Path)
	if err != nil {
		e.State, e.Note = EntryDamaged, err.Error()
		return
	}
	e.Model, e.Task, e.Seed = r.Result.Model, r.Result.Task, r.Result.Seed
	e.Identity, e.Step = r.Manifest.Identity, r.Result.Train.Steps
}

// check looks whether a finished run's files are whole.
func (e *Entry) check(all bool) {
	r, err := Open(e.Path)
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

// lastStep is the last step of an unfinished run's log, whatever else is broken.
func lastStep(dir string) (step int) {
	f, err := os.Open(filepath.Join(dir, LogFile))
	if err != nil {
		return 0
	}
	defer f.Close()
	lines := newLines(f, LogFile)
	for {
		var line struct {
			Event string
			Step  int
		}
		ok, err := lines.next(&line)
		if err != nil || !ok {
			return step
		}
		if line.Event == stepWord {
			step = line.Step
		}
	}
}

// Remove deletes an entry: an unfinished run unless a process has come to work
// in it, or a leftover. It refuses finished and running ones.
func (e Entry) Remove() error {
	switch {
	case e.State != EntryAbandoned && e.State != EntryInterrupted:
		return fmt.Errorf("%s is %s: it is not removed", e.Path, e.State)
	case finalOf(e.Path) == "":
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
