package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/results"
)

// Busy reports whether a process works on an unfinished run that is to be dir,
// as far as locks tell.
func Busy(dir string) bool {
	if results.Finished(dir) {
		return false
	}
	partials, err := partialsOf(dir)
	if err != nil {
		return false
	}
	for _, p := range partials {
		if busy(p) {
			return true
		}
	}
	return false
}

// busy reports whether a process works in the unfinished run's folder.
func busy(partial string) bool {
	if o, ok := ownerOf(partial); ok {
		info, err := os.Stat(filepath.Join(partial, stateFolder, ownerName))
		return err == nil && !o.gone(info.ModTime())
	}
	if _, err := os.Lstat(partial + lockExt); errors.Is(err, fs.ErrNotExist) {
		return false
	}
	l, err := tryLock(partial)
	if err == nil {
		l.release(true)
	}
	return errors.Is(err, errHeld)
}

// State is how a run's place stands.
type State string

// The states of a place.
const (
	StateToTrain  State = "to train"
	StateResumes  State = "resumes"
	StateFinished State = "finished"
	StateConflict State = "other settings"
	StateDamaged  State = "damaged"
	StateHeld     State = "held by another process"
)

// Standing is what Create would find in a place.
type Standing struct {
	State   State
	Partial string               // the interrupted run that would be taken up
	Place   string               // where the run is, or is to be published
	Differs []results.Difference // of the run asked for from a finished one that has the place that was asked for
	Damage  error                // of the finished run
	Kept    []Kept               // interrupted runs of other settings
}

// Look returns how the place dir stands for a run of that manifest, and changes
// nothing.
func Look(dir string, m *results.Manifest) (Standing, error) {
	s := Standing{State: StateToTrain}
	at := placeOf(dir, m)
	s.Place, s.Differs = at.place, at.differs
	if at.finished {
		return s.finished(m, at), nil
	}
	partials, err := partialsOf(dir)
	if err != nil {
		return Standing{}, err
	}
	best := fitsEmpty
	for _, p := range partials {
		f, kept := fitOf(p, m)
		switch {
		case (f == fitsTwin || f == fitsSame) && busy(p): // as Create, which waits for it
			return Standing{State: StateHeld, Place: s.Place, Differs: s.Differs}, nil
		case f <= fitsTwin:
			s.Kept = append(s.Kept, kept)
		case f > best && !busy(p):
			s.State, s.Partial, best = StateResumes, p, f
		}
	}
	return s, nil
}

// finished is how a place stands that holds a run.
func (s Standing) finished(m *results.Manifest, at site) Standing {
	run, err := at.run, at.err
	if !at.opened {
		run, err = results.Open(s.Place)
	}
	switch {
	case err != nil:
		s.State, s.Damage = StateDamaged, err
	case !results.SameRun(m.Parts, run.Manifest.Parts):
		s.State, s.Differs = StateConflict, m.Parts.Differences(run.Manifest.Parts)
	default:
		s.State = StateFinished
		if err := run.Check(false); err != nil {
			s.State, s.Damage = StateDamaged, err
		}
	}
	return s
}
