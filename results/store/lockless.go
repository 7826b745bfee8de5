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
)

// claimOwn makes a folder that no other process will look into, where there are
// no locks, and gives it up unless it is alone in that. The first to publish wins.
func (w *Writer) claimOwn() error {
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
		break
	}
	if err := w.own(thisOwner()); err != nil {
		return errors.Join(err, w.lock.release(false), w.discard())
	}
	time.Sleep(claimPause)
	if err := w.settle(); err != nil {
		return errors.Join(err, w.lock.release(false), w.discard())
	}
	return nil
}

// settle returns errHeld unless of the processes that have made and signed folders for
// these settings at the same moment this one goes on. Those whose folder's name does not
// come first give up, which leaves one of those that began together. A process that began
// later, or was suspended, may think so, too: therefore each marks its folder, and only
// then looks for others that did. Of two, the later mark comes before that one's look,
// so that at most one sees no other, however long either takes, on a file system that
// shows a new file at once. When both give up, they try again, at moments of chance.
func (w *Writer) settle() error {
	if w.rivalled(func(p string) bool { return p < w.partial || claimed(p) }) {
		return errHeld
	}
	return w.mark()
}

// mark is the second half of settle.
func (w *Writer) mark() error {
	if err := os.WriteFile(filepath.Join(w.StateDir(), claimedName), nil, 0o644); err != nil {
		return err
	}
	if w.rivalled(claimed) {
		return errHeld
	}
	return nil
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

// claimed reports whether a folder is marked. It lists, for a shared folder may remember
// for a while that a name was not there.
func claimed(partial string) bool {
	entries, err := os.ReadDir(filepath.Join(partial, stateFolder))
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == claimedName })
}

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
	err := signIn(dir, thisOwner())
	if err == nil {
		err = os.Rename(dir, mine)
	}
	if errors.Is(err, fs.ErrNotExist) { // another has renamed it meanwhile
		return errHeld
	}
	if err != nil {
		return err
	}
	w.partial, w.lock = mine, &lock{path: mine + lockExt, own: true}
	if err := w.own(thisOwner()); err != nil {
		return errors.Join(err, w.yield(false))
	}
	time.Sleep(claimPause)
	if now, _ := fitOf(mine, &w.manifest); now != f {
		// Another that had seen the old signature has renamed it once more, and has it:
		// what was signed here is a new folder without a run.
		err = errHeld
	} else if f == fitsEmpty {
		err = w.settle()
	}
	if err != nil {
		return errors.Join(err, w.yield(false))
	}
	return nil
}

// claimPause is how long a claim without a lock waits for those that looked at the folder
// before it was signed.
const claimPause = 100 * time.Millisecond

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
