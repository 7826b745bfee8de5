package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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

// Depth is how closely an inventory looks at finished runs.
type Depth int

// The depths, each with all that the ones before it look at.
const (
	Named    Depth = iota // records alone; of nothing sizes and ages
	Sized                 // files of what is listed are counted
	Checked               // all files but the very large are read
	Verified              // every file is read
)

// Inventory lists what lies at and below root: finished runs, unfinished ones,
// and what killed writers left, sorted by path. Many folders are looked at at the
// same time, for a shared one answers slowly.
func Inventory(root string, depth Depth) ([]Entry, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: want a folder of runs", root)
	}
	in := inventory{depth: depth, now: time.Now(), seen: map[string]bool{}, slots: make(chan struct{}, results.AtOnce())}
	in.links = []string{filepath.Clean(root)}
	for len(in.links) > 0 {
		slices.Sort(in.links)
		path := in.links[0]
		in.links = in.links[1:]
		in.walk(path, results.RealPath(path))
		in.running.Wait()
	}
	slices.SortFunc(in.all, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return in.all, errors.Join(in.failed...)
}

// inventory is one under way.
type inventory struct {
	depth   Depth
	now     time.Time
	slots   chan struct{}
	running sync.WaitGroup

	mu     sync.Mutex
	seen   map[string]bool // folders, by their real paths
	links  []string        // to folders, to be followed when all else is done
	all    []Entry
	failed []error
}

// walk lists what is at and below a folder, at the same time as others, unless its
// real path was walked.
func (in *inventory) walk(path, real string) {
	in.mu.Lock()
	seen := in.seen[real]
	in.seen[real] = true
	in.mu.Unlock()
	if seen {
		return
	}
	in.running.Go(func() {
		in.slots <- struct{}{}
		defer func() { <-in.slots }()
		if err := in.look(path, real); err != nil {
			in.mu.Lock()
			in.failed = append(in.failed, err)
			in.mu.Unlock()
		}
	})
}

// look finds what a folder is, and goes into what is no run.
func (in *inventory) look(path, real string) error {
	if PlaceOf(path) != "" {
		in.add(partialEntry(path), nil)
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	result := slices.IndexFunc(entries, func(d fs.DirEntry) bool { return d.Name() == results.ResultFile })
	if result >= 0 && (entries[result].Type().IsRegular() || results.Finished(path)) {
		e := Entry{Path: path, State: EntryFinished}
		in.add(e, e.describe())
		return nil
	}
	for _, d := range entries {
		below := filepath.Join(path, d.Name())
		if owner, ok := leftoverOf(below); ok {
			if _, err := os.Lstat(owner); errors.Is(err, fs.ErrNotExist) {
				in.add(Entry{Path: below, State: EntryAbandoned, Note: "left by a process that was killed"}, nil)
			}
			continue
		}
		if strings.HasPrefix(d.Name(), ".") && PlaceOf(below) == "" {
			continue
		}
		switch {
		case d.IsDir():
			in.walk(below, filepath.Join(real, d.Name()))
		case d.Type()&fs.ModeSymlink != 0:
			if info, err := os.Stat(below); err == nil && info.IsDir() {
				in.mu.Lock()
				in.links = append(in.links, below)
				in.mu.Unlock()
			}
		}
	}
	return nil
}

// add lists an entry, and the run that it is, if one was opened, as closely as the
// inventory looks.
func (in *inventory) add(e Entry, run *results.Run) {
	if in.depth >= Sized {
		e.measure(in.now)
	}
	if e.State == EntryFinished && in.depth >= Checked {
		e.check(run, in.depth == Verified)
	}
	in.mu.Lock()
	in.all = append(in.all, e)
	in.mu.Unlock()
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

// describe fills in what a finished run is of, and returns it; nil if it can't be
// read.
func (e *Entry) describe() *results.Run {
	r, err := results.Open(e.Path)
	if err != nil {
		e.State, e.Note = EntryDamaged, err.Error()
		return nil
	}
	e.Model, e.Task, e.Seed = r.Result.Model, r.Result.Task, r.Result.Seed
	e.Identity, e.Step = r.Manifest.Identity, r.Result.Train.Steps
	return &r
}

// check looks whether a finished run's files are whole.
func (e *Entry) check(run *results.Run, all bool) {
	var err error
	if run == nil {
		var r results.Run
		r, err = results.Open(e.Path)
		run = &r
	}
	if err == nil {
		err = run.Check(all)
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
