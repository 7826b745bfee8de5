package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/results"
)

// ErrHeld says that another process works on this very run.
var ErrHeld = errors.New("another process works on this run")

// fit is how an unfinished run's folder goes with the run asked for.
type fit int

const (
	fitsOther fit = iota // other settings, or nobody knows which
	fitsTwin             // the same settings, computed otherwise: other kernels, or a program of other numbers
	fitsEmpty            // nothing was begun in it
	fitsState            // the same weights under another log: its state can be taken up
	fitsSame
)

// fitOf compares a folder with the manifest asked for.
func fitOf(partial string, m *results.Manifest) (fit, Kept) {
	have, err := readPartial(partial)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if entries, err := os.ReadDir(partial); err == nil && onlyLeftovers(entries) {
			return fitsEmpty, Kept{}
		}
		return fitsOther, Kept{Path: partial, Err: fmt.Errorf("no %s", results.ManifestFile)}
	case err != nil:
		return fitsOther, Kept{Path: partial, Err: err}
	case have.Identity == m.Identity:
		return fitsSame, Kept{}
	case have.Schema == results.Schema && have.Parts.Training() == m.Parts.Training() && !results.Finished(partial):
		return fitsState, Kept{}
	}
	kept := Kept{Path: partial, Differences: m.Parts.Differences(have.Parts)}
	if results.SameButKernels(m.Parts, have.Parts) {
		return fitsTwin, kept
	}
	return fitsOther, kept
}

// onlyLeftovers reports whether a folder without manifest holds nothing but what
// a writer that was killed on its first steps leaves.
func onlyLeftovers(entries []os.DirEntry) bool {
	for _, e := range entries {
		if e.Name() != stateFolder && !atomicfile.IsTemp(e.Name()) {
			return false
		}
	}
	return true
}

// claim finds the folder to work in and locks it: the unfinished run of the same
// identity, one whose state can be taken up, or a new one. Those that fit
// neither are kept, and told in w.kept. While another process computes the same
// settings by other kernels, there is nothing to do: when it is finished, nobody
// wants a second one.
func (w *Writer) claim() error {
	for try := 0; ; try++ {
		err := w.claimOnce()
		if !errors.Is(err, errHeld) {
			return err
		}
		// Somebody has just claimed the folder; what for, its manifest will say.
		if try == 100 {
			return fmt.Errorf("%s: %w", w.final, ErrHeld)
		}
		time.Sleep(10*time.Millisecond + rand.N(20*time.Millisecond))
	}
}

func (w *Writer) claimOnce() error {
	partials, err := partialsOf(w.place)
	if err != nil {
		return err
	}
	w.kept = nil
	var best string
	var bestFit fit
	for _, p := range partials {
		f, kept := fitOf(p, &w.manifest)
		if (f == fitsTwin || f == fitsSame) && busy(p) {
			return fmt.Errorf("%s: %w", p, ErrHeld)
		}
		if f <= fitsTwin {
			if _, owned := ownerOf(p); !owned || !busy(p) {
				w.kept = append(w.kept, kept)
			}
			continue
		}
		if f == fitsEmpty && beingSigned(p) {
			continue
		}
		if _, owned := ownerOf(p); owned && f == fitsEmpty && busy(p) {
			return errHeld
		}
		if f > bestFit {
			best, bestFit = p, f
		}
	}
	if best == "" {
		return w.claimNew()
	}
	if _, ok := ownerOf(best); ok {
		return w.claimOwned(best, bestFit)
	}
	l, err := tryLock(best)
	switch {
	case errors.Is(err, errHeld) && bestFit == fitsSame:
		return fmt.Errorf("%s: %w", best, ErrHeld)
	case errors.Is(err, errHeld) && bestFit == fitsState:
		return w.claimNew()
	case errors.Is(err, errHeld):
		return err
	case err != nil:
		return w.claimOwn() // whether somebody works in best, nobody can say
	}
	if f, _ := fitOf(best, &w.manifest); f != bestFit { // it was claimed, changed and left since
		l.release(false)
		return errHeld
	}
	w.partial, w.lock = best, l
	return nil
}

// claimNew locks a new folder.
func (w *Writer) claimNew() error {
	dir := newPartial(w.place, w.manifest.Identity, "")
	l, err := tryLock(dir)
	if errors.Is(err, errHeld) {
		return err
	}
	if err != nil {
		return w.claimOwn()
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		l.release(!errors.Is(err, fs.ErrExist))
		if errors.Is(err, fs.ErrExist) {
			return errHeld
		}
		return err
	}
	w.partial, w.lock = dir, l
	return removeTwice(dir + stateExt)
}
