package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/results"
)

// TakenError says that a run of other settings, or something else, stands where
// this one was to be published. The finished run is kept whole in Kept.
type TakenError struct {
	Final, Kept string
	Differences []results.Difference
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("%s was finished by other settings meanwhile (%s): "+
		"this run is kept whole in %s; rename it to where it shall be",
		e.Final, Changes(e.Differences), e.Kept)
}

// Publish writes predictions and result, brings everything to the disk and
// renames the folder to the run's name; the state goes last. If another process
// published the run first, its files stand and Publish returns ErrFinished; if
// those are of other settings, the run goes to the place of its variant, and where
// that is taken too, Publish returns a *TakenError. The writer is closed either
// way, but for faults of the disk that leave the unfinished run in place.
func (w *Writer) Publish(preds []results.Prediction, r results.Result) error {
	if !w.opened {
		panic("store: Publish before Rewind, or twice")
	}
	err := w.finish(preds, r)
	w.closeLogs()
	if err == nil {
		err = w.rename()
	}
	if err == nil || errors.Is(err, ErrFinished) {
		err = errors.Join(err, w.sweep())
	}
	err = errors.Join(err, w.lock.release(false))
	w.lock = nil
	return err
}

// KeepChosen writes the predictions of the checkpoint that is the best on dev, of a
// run that keeps it beside its last. It comes before Publish.
func (w *Writer) KeepChosen(preds []results.Prediction) error {
	return writeLines(filepath.Join(w.partial, results.BestPredictionsFile), preds)
}

// finish writes the run's last files, the result behind all others: it holds
// their sums, and says by being there that they are whole.
func (w *Writer) finish(preds []results.Prediction, r results.Result) error {
	if err := w.Sync(); err != nil {
		return err
	}
	if err := w.writeManifest(); err != nil { // warnings may have come up
		return err
	}
	if err := writeLines(filepath.Join(w.partial, results.PredictionsFile), preds); err != nil {
		return err
	}
	if err := sweepTemporary(w.partial); err != nil {
		return err
	}
	if err := syncTree(w.partial); err != nil {
		return err
	}
	r.Epochs = append([]results.Epoch{}, r.Epochs...) // an empty list, not null
	var err error
	if r.Files, err = sumFiles(w.partial); err != nil {
		return err
	}
	text, err := results.Encode(r, "  ")
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	return atomicfile.Write(filepath.Join(w.partial, results.ResultFile), func(out io.Writer) error {
		_, err := out.Write(append(text, '\n'))
		return err
	})
}

// rename puts the folder in its place, unless another run stands there. The
// state steps aside first, for nothing published holds one; until both renames
// are done the folder is a complete run that Create recognizes.
func (w *Writer) rename() error {
	// A rename onto an empty folder works on some systems and fails on others;
	// removing never removes a run.
	os.Remove(w.final)
	if w.final != w.place {
		if err := w.makeRoom(); err != nil {
			return err
		}
	}
	aside := w.partial + stateExt
	if err := removeTwice(aside); err != nil {
		return err
	}
	if err := os.Rename(w.StateDir(), aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Rename(w.partial, w.final)
	if err == nil {
		return atomicfile.SyncDir(filepath.Dir(w.final))
	}
	os.Rename(aside, w.StateDir()) // if it fails, Create does it
	if !results.Finished(w.final) {
		return err
	}
	there, openErr := results.Open(w.final)
	if openErr != nil || !results.SameRun(w.manifest.Parts, there.Manifest.Parts) {
		if w.moveBeside() {
			return w.rename()
		}
		return &TakenError{Final: w.final, Kept: w.partial, Differences: w.manifest.Parts.Differences(there.Manifest.Parts)}
	}
	if err := removeTwice(w.partial); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", w.final, ErrFinished)
}

// sweep removes what attempts at the now finished run left.
func (w *Writer) sweep() error {
	err := w.lock.release(true)
	return errors.Join(err, Sweep(w.place, w.final))
}

// syncTree brings every file and folder below dir to the disk, the state aside:
// it was when it was saved.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path == filepath.Join(dir, stateFolder) {
			return filepath.SkipDir
		}
		if e.IsDir() {
			return atomicfile.SyncDir(path)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}
