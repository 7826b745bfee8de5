package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// Publish writes predictions and result, brings everything to the disk and
// renames the folder to the run's name. If another process published the run
// first, its files stand and Publish returns ErrFinished. The writer is closed
// either way, but for faults of the disk that leave the unfinished run in place.
func (w *Writer) Publish(preds []Prediction, r Result) error {
	if !w.opened {
		panic("results: Publish before Rewind, or twice")
	}
	err := w.finish(preds, r)
	w.closeLogs()
	if err == nil {
		err = w.rename()
	}
	if err == nil || errors.Is(err, ErrFinished) {
		w.sweep()
	}
	w.release()
	return err
}

func (w *Writer) finish(preds []Prediction, r Result) error {
	if err := w.Sync(); err != nil {
		return err
	}
	if err := writeLines(filepath.Join(w.partial, PredictionsFile), preds); err != nil {
		return err
	}
	r.Epochs = append([]Epoch{}, r.Epochs...) // an empty list, not null
	text, err := encode(r, "  ")
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	err = writeFile(filepath.Join(w.partial, ResultFile), func(out io.Writer) error {
		_, err := io.Copy(out, bytes.NewReader(append(text, '\n')))
		return err
	})
	if err != nil {
		return err
	}
	if err := os.RemoveAll(w.StateDir()); err != nil {
		return err
	}
	return syncTree(w.partial)
}

// rename puts the folder in its place, unless another run stands there.
func (w *Writer) rename() error {
	// A rename onto an empty folder works on some systems and fails on others;
	// removing never removes a run.
	os.Remove(w.final)
	if err := os.Rename(w.partial, w.final); err != nil {
		if Finished(w.final) {
			if err := os.RemoveAll(w.partial); err != nil {
				return err
			}
			return fmt.Errorf("%s: %w", w.final, ErrFinished)
		}
		return err
	}
	return syncDir(filepath.Dir(w.final))
}

// sweep removes what unfinished attempts at a now finished run left: folders
// that no process works in, and locks.
func (w *Writer) sweep() {
	for k := 1; ; k++ {
		partial := partialName(w.final, k)
		lock := partial + ".lock"
		if _, err := os.Stat(lock); err != nil {
			return
		}
		if partial == w.partial {
			w.release()
		} else {
			l := flock.New(lock)
			if got, err := l.TryLock(); !got || err != nil {
				continue
			}
			os.RemoveAll(partial)
			l.Close() // some systems remove no open file; who claims it now finds the run finished
		}
		os.Remove(lock)
	}
}

// syncTree brings every file and folder below dir to the disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return syncDir(path)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}

// syncDir brings a folder's entries to the disk, where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	// Some file systems refuse to sync a folder; the rename itself is atomic all
	// the same.
	f.Sync()
	return nil
}
