package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/results"
)

// sweepTemporary removes the temporary files at and below dir.
func sweepTemporary(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !e.IsDir() && atomicfile.IsTemp(e.Name()) {
			return removeTwice(path)
		}
		return nil
	})
}

// Sweep removes beside the place dir what attempts at a run that is finished in
// the folder final left: unfinished folders of its identity that no process works
// in, empty ones, states that stepped aside, and locks. Interrupted runs of other
// settings stay.
func Sweep(dir, final string) error {
	dir = filepath.Clean(dir)
	there, err := results.Open(final)
	if err != nil {
		return nil // nothing is known to be left over
	}
	partials, err := partialsOf(dir)
	if err != nil {
		return err
	}
	var failed []error
	for _, p := range partials {
		if f, _ := fitOf(p, &there.Manifest); f == fitsSame || f == fitsEmpty {
			failed = append(failed, sweepPartial(p))
		}
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(dir), e.Name())
		partial, isLock := strings.CutSuffix(path, lockExt)
		if !isLock {
			var isState bool
			if partial, isState = strings.CutSuffix(path, stateExt); !isState {
				continue
			}
		}
		if PlaceOf(partial) != dir {
			continue
		}
		if _, err := os.Lstat(partial); errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, removeTwice(path))
		}
	}
	return errors.Join(failed...)
}

// sweepPartial removes an unfinished run unless a process may work in it.
func sweepPartial(partial string) error {
	if _, ok := ownerOf(partial); ok {
		if busy(partial) {
			return nil
		}
		return removePartial(partial)
	}
	l, err := tryLock(partial)
	if err != nil {
		return nil // held, or nobody can say
	}
	return errors.Join(removePartial(partial), l.release(true))
}

// removePartial removes an unfinished run, its manifest last: without one nobody
// would know what the rest is.
func removePartial(partial string) error {
	entries, err := os.ReadDir(partial)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == results.ManifestFile {
			continue
		}
		if err := removeTwice(filepath.Join(partial, e.Name())); err != nil {
			return err
		}
	}
	return errors.Join(removeTwice(partial+stateExt), removeTwice(partial))
}
