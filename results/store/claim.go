package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
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

// claimOwn makes a folder that no other process will look into, where there are
// no locks, and gives it up unless it is alone in that. The first to publish wins.
func (w *Writer) claimOwn() error {
	o := thisOwner()
	for {
		dir := newPartial(w.place, w.manifest.Identity, anyWord())
		err := os.Mkdir(dir, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		w.partial, w.lock = dir, &lock{path: dir + lockExt, own: true}
		if err := w.own(o); err != nil {
			return err
		}
		time.Sleep(claimPause)
		alone, err := w.alone()
		if alone && err == nil {
			return nil
		}
		return errors.Join(w.lock.release(false), w.discard(), err, errHeld)
	}
}

// beingSigned reports whether an empty folder is one that a process has made where
// there are no locks, and has not signed yet: whoever locks it keeps nobody out.
func beingSigned(partial string) bool {
	_, owned := ownerOf(partial)
	return !owned && ownName.MatchString(filepath.Base(partial))
}

// ownName is what claimOwn calls a folder.
var ownName = regexp.MustCompile(`\.[0-9a-f]{1,8}\.[0-9]+\.partial(\.[0-9]+)?$`)

// discard removes the folder of a claim that is given up. It is called otherwise
// first: nobody takes up what is half removed.
func (w *Writer) discard() error {
	aside := fmt.Sprintf("%s%s.%d%s", w.partial[:strings.LastIndex(w.partial, partialExt)], partialExt, rand.Uint32(), stateExt)
	if os.Rename(w.partial, aside) != nil {
		aside = w.partial
	}
	return removeTwice(aside)
}

// alone reports whether of the processes that have made and signed folders for these
// settings at the same moment this one goes on. Those whose folder's name does not come
// first give up, which leaves one of those that began together. A process that began
// later, or was suspended, may think so, too: therefore each marks its folder, and only
// then looks for others that did. Of two, the later mark comes before that one's look,
// so that at most one sees no other, however long either takes. When both give up, they
// try again, at moments of chance.
func (w *Writer) alone() (bool, error) {
	if w.rivalled(func(p string) bool { return p < w.partial || claimed(p) }) {
		return false, nil
	}
	if err := os.WriteFile(filepath.Join(w.StateDir(), claimedName), nil, 0o644); err != nil {
		return false, err
	}
	return !w.rivalled(claimed), nil
}

// rivalled reports whether another process has signed for these settings, too, and has
// begun a run or an empty folder that is ahead of this one.
func (w *Writer) rivalled(ahead func(partial string) bool) bool {
	partials, err := partialsOf(w.place)
	return err != nil || slices.ContainsFunc(partials, func(p string) bool {
		if p == w.partial {
			return false
		}
		if _, owned := ownerOf(p); !owned || !busy(p) {
			return false
		}
		f, _ := fitOf(p, &w.manifest)
		return f == fitsSame || f == fitsTwin || f == fitsEmpty && ahead(p)
	})
}

// claimedName is the mark in a folder whose process goes on unless it sees another mark.
const claimedName = "claimed"

func claimed(partial string) bool {
	_, err := os.Lstat(filepath.Join(partial, stateFolder, claimedName))
	return err == nil
}

// own signs the folder and renews the signature until the claim is given up.
func (w *Writer) own(o owner) error {
	if err := w.sign(o); err != nil {
		return err
	}
	stop := make(chan struct{})
	w.lock.ended = sync.OnceFunc(func() { close(stop) })
	path := w.ownerFile()
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(signEvery):
				now := time.Now()
				_ = os.Chtimes(path, now, now) // who can't write will hear it from the next step
			}
		}
	}()
	return nil
}

// sign names the owner of the folder.
func (w *Writer) sign(o owner) error {
	if err := os.MkdirAll(w.StateDir(), 0o755); err != nil {
		return err
	}
	return signIn(w.partial, o)
}

// signIn names the owner of a folder that has a state folder.
func signIn(partial string, o owner) error {
	return atomicfile.Write(filepath.Join(partial, stateFolder, ownerName), func(out io.Writer) error {
		_, err := out.Write([]byte(o.String()))
		return err
	})
}

func (w *Writer) ownerFile() string { return filepath.Join(w.StateDir(), ownerName) }

// claimOwned takes over the folder of a process that wrote without a lock and
// has ended. It is signed before it is renamed, so that under its new name nobody sees
// the signature of the one that has ended; of several that rename it, one succeeds. One
// that lives is waited for, unless this run only begins with its state.
func (w *Writer) claimOwned(dir string, f fit) error {
	switch {
	case !busy(dir):
	case f == fitsSame:
		return fmt.Errorf("%s: %w", dir, ErrHeld)
	default:
		return w.claimOwn()
	}
	mine := newPartial(w.place, w.manifest.Identity, anyWord())
	if err := signIn(dir, thisOwner()); err != nil { // renamed by another meanwhile
		return errHeld
	}
	if err := os.Rename(dir, mine); err != nil {
		return errHeld
	}
	w.partial, w.lock = mine, &lock{path: mine + lockExt, own: true}
	if err := w.own(thisOwner()); err != nil {
		return err
	}
	time.Sleep(claimPause)
	if now, _ := fitOf(mine, &w.manifest); now == f {
		if f != fitsEmpty {
			return nil
		}
		if alone, err := w.alone(); alone || err != nil {
			return err
		}
	}
	// Another that had seen the old signature has renamed it once more, and has it: what
	// was signed here is a new folder without a run.
	return errors.Join(w.yield(false), errHeld)
}

// claimPause is how long a claim without a lock waits for those that looked at the folder
// before it was signed.
const claimPause = 100 * time.Millisecond
