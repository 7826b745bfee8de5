package store

import (
	"errors"
	"os"

	"github.com/gofrs/flock"
)

// lock is the right to write into an unfinished run's folder.
type lock struct {
	path string
	held *flock.Flock
	own  bool // there are no locks here: the folder is this process's alone, by its name

	ended func() // ends the renewing of the signature; nil: none is renewed
}

// errHeld says that another process has the lock.
var errHeld = errors.New("held by another process")

// tryLock claims the folder dir. It returns errHeld if another process has it,
// and any other error if this file system, or the moment, has no locks.
func tryLock(dir string) (*lock, error) {
	path := dir + lockExt
	for {
		l := flock.New(path)
		got, err := l.TryLock()
		if err != nil {
			l.Close()
			return nil, err
		}
		if !got {
			l.Close()
			return nil, errHeld
		}
		// Who had it before may have removed the file: then this lock keeps nobody
		// out, for the next one makes a file of its own.
		mine, err := l.Stat()
		if err != nil {
			l.Close()
			return nil, err
		}
		if now, err := os.Stat(path); err == nil && os.SameFile(mine, now) {
			return &lock{path: path, held: l}, nil
		}
		l.Close()
	}
}

// release gives up the claim; with remove, the lock's file goes too.
func (l *lock) release(remove bool) error {
	if l != nil && l.ended != nil {
		l.ended()
	}
	if l == nil || l.held == nil {
		return nil
	}
	var err error
	if remove { // while it is held: who opens it now finds another file in its place, or none
		err = removeTwice(l.path)
	}
	l.held.Close()
	if remove && err != nil { // some systems remove no open file
		err = removeTwice(l.path)
	}
	l.held = nil
	return err
}

// removeTwice removes a file or folder, with a second try, for a leftover in a
// published place is worth one. What is not there is removed.
func removeTwice(path string) error {
	err := os.RemoveAll(path)
	if err != nil {
		err = os.RemoveAll(path)
	}
	return err
}
