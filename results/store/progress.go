package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/results"
)

// The states of a cell, as its files have them.
const (
	CellDone    = "done"
	CellRunning = "running" // a process works on it
	CellWaiting = "waiting" // nobody does; an interrupted one will be taken up
	CellFailed  = "failed"  // the last try ended in an error
)

// Progress is how far a cell is, from its files alone.
type Progress struct {
	State       string
	Step        int       // the last one logged
	Loss        *float64  // of that step
	StepSeconds float64   // of the last steps, their mean; 0 if unknown
	Updated     time.Time // of the log
	Reason      string    // of a failure
}

// recentBytes is how much of a log's end is read: some hundred steps.
const recentBytes = 1 << 15

// ProgressIn returns how far the unfinished run in a folder is.
func ProgressIn(partial string) (Progress, error) {
	p := progressIn(partial)
	if p.State == CellRunning {
		return p, nil
	}
	f := folder{path: filepath.Dir(partial)}
	if err := f.read(); err != nil {
		return p, err
	}
	m, err := readPartial(partial)
	return p.orFailed(f.failures[PlaceOf(partial)], func(portable string) bool { return err != nil || m.Parts.PlannedAs(portable) })
}

// orFailed is the progress of a cell that nobody works on: it failed if its last
// try left a reason in one of the files. What failed is the cell's own run if its
// identity is, or if nobody knew that yet.
func (p Progress) orFailed(files []string, own func(portable string) bool) (Progress, error) {
	f, err := latestFailure(files, own)
	if f.Reason != "" {
		p.State, p.Reason = CellFailed, f.Reason
	}
	return p, err
}

// Planned is a run that is to be in a place.
type Planned struct{ Dir, Portable string }

// ProgressOfAll returns how far each of the runs is. It reads each folder of
// places once, and of a finished run its manifest, many at the same time: a
// shared folder answers slowly.
func ProgressOfAll(places []Planned) ([]Progress, error) {
	parents := map[string]*folder{}
	var folders []*folder
	for _, p := range places {
		name := filepath.Dir(p.Dir)
		if parents[name] == nil {
			parents[name] = &folder{path: name}
			folders = append(folders, parents[name])
		}
	}
	if err := atOnce(len(folders), func(i int) error { return folders[i].read() }); err != nil {
		return nil, err
	}
	all := make([]Progress, len(places))
	return all, atOnce(len(places), func(i int) (err error) {
		all[i], err = parents[filepath.Dir(places[i].Dir)].progress(places[i])
		return err
	})
}

// atOnce calls do for 0 to n-1, many at the same time, and joins the errors.
func atOnce(n int, do func(i int) error) error {
	errs := make([]error, n)
	slots := make(chan struct{}, results.AtOnce())
	var running sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		running.Go(func() {
			errs[i] = do(i)
			<-slots
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

// folder is what a folder of places held when it was read.
type folder struct {
	path     string
	names    map[string]bool
	variants []string            // folders of other variants
	partials map[string][]string // by place
	failures map[string][]string // files, by place
}

func (f *folder) read() error {
	entries, err := os.ReadDir(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.names, f.partials = map[string]bool{}, map[string][]string{}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		path := filepath.Join(f.path, e.Name())
		f.names[e.Name()] = true
		if place := PlaceOf(path); place != "" && e.IsDir() {
			f.partials[place] = append(f.partials[place], path)
		}
		if strings.HasPrefix(e.Name(), results.VariantPrefix) {
			f.variants = append(f.variants, path)
		}
	}
	f.failures = failuresOf(filepath.Clean(f.path), names)
	return nil
}

// progress is how far a run of the folder is.
func (f *folder) progress(c Planned) (Progress, error) {
	name := filepath.Base(c.Dir)
	var places []string
	if f.names[name] {
		places = append(places, c.Dir)
	}
	if c.Portable != "" {
		for _, v := range f.variants {
			places = append(places, filepath.Join(v, name))
		}
	}
	var unreadable string
	for _, dir := range places {
		done, err := c.standsIn(dir)
		var damaged *damagedError
		switch {
		case errors.As(err, &damaged) && dir == c.Dir: // whatever it is, it keeps the run from its place
			return Progress{State: CellFailed, Reason: err.Error()}, nil
		case errors.As(err, &damaged):
			unreadable = err.Error()
		case done || err != nil:
			return Progress{State: CellDone}, err
		}
	}
	p, err := f.unfinished(c)
	if p.Reason == "" && p.State == CellWaiting { // it may be this run's, and nobody can tell
		p.Reason = unreadable
	}
	return p, err
}

// unfinished is how far a run is that is not finished, by its own folders alone.
func (f *folder) unfinished(c Planned) (Progress, error) {
	p := Progress{State: CellWaiting}
	for _, partial := range f.partials[filepath.Clean(c.Dir)] {
		if own, err := c.begunIn(partial); err != nil {
			return p, err
		} else if !own {
			continue
		}
		one := progressIn(partial)
		if one.State == CellRunning && p.State != CellRunning || one.State == p.State && one.Updated.After(p.Updated) {
			p = one
		}
	}
	if p.State == CellRunning {
		return p, nil
	}
	own := func(portable string) bool { return c.Portable == "" || c.Portable == portable }
	return p.orFailed(f.failures[filepath.Clean(c.Dir)], own)
}

// standsIn reports whether the run stands finished in dir.
func (c Planned) standsIn(dir string) (bool, error) {
	if !results.Finished(dir) {
		return false, nil
	}
	if c.Portable == "" {
		return true, nil
	}
	m, err := readPartial(dir)
	if err != nil {
		if system := unlessOfFile(dir, err); system != nil {
			return false, system
		}
		return false, &damagedError{dir, err}
	}
	return m.Parts.PlannedAs(c.Portable), nil
}

// damagedError says that a finished run's manifest is none: nobody knows what it is.
type damagedError struct {
	dir string
	err error
}

func (e *damagedError) Error() string {
	return fmt.Sprintf("%s: damaged, %v: move it away, and it is trained again", e.dir, e.err)
}

// begunIn reports whether an unfinished run's folder is of the run; of one whose
// manifest is not there yet, nobody knows better. One whose manifest is none is
// never taken up.
func (c Planned) begunIn(partial string) (bool, error) {
	m, err := readPartial(partial)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist), unlessOfFile(partial, err)
	}
	return c.Portable == "" || m.Parts.PlannedAs(c.Portable), nil
}

// unlessOfFile returns an error of reading a run's manifest, nil where there is
// none or it is no manifest: then the run is none, whereas one that the system
// does not let us read may be any.
func unlessOfFile(dir string, err error) error {
	var system syscall.Errno
	if errors.Is(err, fs.ErrNotExist) || !errors.As(err, &system) {
		return nil
	}
	return fmt.Errorf("%s: %w", dir, err)
}

func progressIn(partial string) Progress {
	p := Progress{State: CellWaiting}
	if busy(partial) {
		p.State = CellRunning
	}
	path := filepath.Join(partial, results.LogFile)
	if info, err := os.Stat(path); err == nil {
		p.Updated = info.ModTime()
	}
	eachRecent(path, func(line []byte) {
		var e struct {
			Event string
			results.StepEvent
		}
		if json.Unmarshal(line, &e) == nil && e.Event == results.EventStep {
			p.Step, p.Loss = e.Step, &e.Loss
		}
	})
	var steps int
	var seconds float64
	eachRecent(filepath.Join(partial, results.TimingFile), func(line []byte) {
		var t results.Timing
		if json.Unmarshal(line, &t) == nil && t.Event == results.EventStep {
			steps++
			seconds += t.Seconds
		}
	})
	if steps > 0 {
		p.StepSeconds = seconds / float64(steps)
	}
	return p
}

// eachRecent calls f with the whole lines at a file's end. A file that can't be
// read has none: it may be published while it is looked at.
func eachRecent(path string, f func(line []byte)) {
	file, err := regular.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return
	}
	from := max(0, info.Size()-recentBytes)
	tail, err := io.ReadAll(io.NewSectionReader(file, from, recentBytes))
	if err != nil {
		return
	}
	if from > 0 {
		_, tail, _ = bytes.Cut(tail, []byte("\n"))
	}
	for {
		line, rest, whole := bytes.Cut(tail, []byte("\n"))
		if !whole {
			return
		}
		f(line)
		tail = rest
	}
}
