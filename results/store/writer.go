// Package store keeps unfinished and finished runs in a folder: a run is claimed,
// written aside, resumed where it was interrupted, published by rename, and
// listed with what killed processes left.
package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/results"
)

// ErrFinished says that the run is there already, whoever wrote it.
var ErrFinished = errors.New("the run is finished")

// Writer writes one run into a folder beside its final place, hidden under a
// name that is a function of it, so that an interrupted run is found again:
// .NAME.partial for NAME. Publish renames it. Whoever renames first wins.
type Writer struct {
	place    string // that was asked for; unfinished runs lie beside it
	final    string // where it is published: place, or that of its variant
	partial  string
	manifest results.Manifest
	lock     *lock // keeps a second process out of the unfinished folder; Publish needs no lock
	kept     []Kept
	resumed  bool
	opened   bool

	log, timing *os.File
	logs, times lineWriter
	synced      time.Time
	evals       map[evalKey]bool // in the log, at the step that it was rewound to
	missing     int              // evaluations that the log would have had before that step
}

// Create begins the run that is to be dir, or takes up an interrupted one of the
// same identity, or of the same but for what only adds to the log. One that
// was complete is published. Where a run of other settings has dir, it is to be
// beside it, where PlaceFor says. It returns ErrFinished if its place is a run,
// ErrHeld if another process works on it, and another error if dir is something
// else. The caller must Close the writer.
func Create(dir string, m results.Manifest) (*Writer, error) {
	w := &Writer{place: filepath.Clean(dir)}
	m.Data = append([]results.Data{}, m.Data...) // an empty list, not null
	m.Warnings = append([]results.Warning{}, m.Warnings...)
	for i, d := range m.Data {
		if d.Dropped == nil {
			m.Data[i].Dropped = map[string]int{}
		}
	}
	w.manifest = m
	w.final, _ = PlaceFor(w.place, &w.manifest)
	if err := w.free(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(w.place), 0o755); err != nil {
		return nil, err
	}
	if err := w.claim(); err != nil {
		return nil, err
	}
	if err := w.prepare(); err != nil {
		return nil, errors.Join(err, w.yield(errors.Is(err, ErrFinished)))
	}
	return w, nil
}

// yield gives up a claim on which nothing was begun.
func (w *Writer) yield(finished bool) error {
	var err error
	if w.lock.own { // nobody else will look into the folder while we live
		if _, e := readPartial(w.partial); errors.Is(e, fs.ErrNotExist) {
			err = w.discard()
		} else {
			err = w.sign(owner{})
		}
	}
	return errors.Join(err, w.lock.release(finished))
}

// free returns an error unless nothing stands in the run's place.
func (w *Writer) free() error {
	if results.Finished(w.final) {
		return fmt.Errorf("%s: %w", w.final, ErrFinished)
	}
	entries, err := os.ReadDir(w.final)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if results.Finished(w.final) { // since the first look
		return fmt.Errorf("%s: %w", w.final, ErrFinished)
	}
	return fmt.Errorf("%s exists and is no run: want another name", w.final)
}

// stillFree is free after the claim: someone may have published meanwhile. Where
// that was a run of other settings, this one's place is now beside it.
func (w *Writer) stillFree() error {
	err := w.free()
	if !errors.Is(err, ErrFinished) {
		return err
	}
	now, _ := PlaceFor(w.place, &w.manifest)
	if now == w.final {
		return err
	}
	w.final = now
	return w.free()
}

// prepare readies the claimed folder: new, or as its last writer left it.
func (w *Writer) prepare() error {
	if err := w.stillFree(); err != nil {
		return err
	}
	have, err := readPartial(w.partial)
	if errors.Is(err, fs.ErrNotExist) {
		if err := sweepTemporary(w.partial); err != nil {
			return err
		}
		if err := w.writeManifest(); err != nil {
			return err
		}
		return w.open()
	}
	if err != nil {
		return err
	}
	if have.Identity == w.manifest.Identity && complete(w.partial, have.Identity) {
		if err := w.rename(); err != nil {
			return err
		}
		return errors.Join(fmt.Errorf("%s: %w", w.final, ErrFinished), w.sweep())
	}
	w.resumed = true
	if err := w.tidy(); err != nil || have.Identity == w.manifest.Identity {
		return err
	}
	return w.writeManifest() // others have to see whose it is now
}

// tidy removes from a folder that is taken up what will be written anew, the
// result first: without it nothing looks finished.
func (w *Writer) tidy() error {
	for _, name := range []string{results.ResultFile, results.PredictionsFile, results.CheckpointDir} {
		if err := os.RemoveAll(filepath.Join(w.partial, name)); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(w.StateDir()); errors.Is(err, fs.ErrNotExist) {
		// Its writer was killed between the two renames of publishing.
		if err := os.Rename(w.partial+stateExt, w.StateDir()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return sweepTemporary(w.partial)
}

// writeManifest replaces the manifest, unless it is there to the byte.
func (w *Writer) writeManifest() error {
	text, err := results.Encode(w.manifest, "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	text = append(text, '\n')
	path := filepath.Join(w.partial, results.ManifestFile)
	if old, err := regular.ReadFile(path, regular.Text); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return atomicfile.Write(path, func(out io.Writer) error {
		_, err := out.Write(text)
		return err
	})
}

// Dir returns the folder to write the checkpoint and unpublished state into.
func (w *Writer) Dir() string { return w.partial }

// CheckpointDir returns the folder of the checkpoint, which may not exist yet.
func (w *Writer) CheckpointDir() string { return filepath.Join(w.partial, results.CheckpointDir) }

// StateDir returns the folder of what resuming needs; Publish removes it.
func (w *Writer) StateDir() string { return filepath.Join(w.partial, stateFolder) }

// Resumed reports whether an interrupted run was there that fits. If so, Rewind
// comes before the first event.
func (w *Writer) Resumed() bool { return w.resumed }

// Kept returns the interrupted runs of other settings that are to be in the same
// place. They are left as they are.
func (w *Writer) Kept() []Kept { return w.kept }

// Manifest returns the manifest as it stands in the run, with the warnings that
// came up since Create.
func (w *Writer) Manifest() *results.Manifest { return &w.manifest }

// Warn adds warnings to the manifest, which Publish writes.
func (w *Writer) Warn(all ...results.Warning) {
	w.manifest.Warnings = append(w.manifest.Warnings, all...)
}

func (w *Writer) open() (err error) {
	for _, f := range []struct {
		name string
		file **os.File
		to   *lineWriter
	}{{results.LogFile, &w.log, &w.logs}, {results.TimingFile, &w.timing, &w.times}} {
		*f.file, err = os.OpenFile(filepath.Join(w.partial, f.name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		f.to.w = bufio.NewWriter(*f.file)
	}
	w.opened, w.synced = true, time.Now()
	return nil
}

// Step appends a step to the log.
func (w *Writer) Step(e results.StepEvent) error {
	if err := w.logs.write(results.Event{Step: &e}); err != nil {
		return err
	}
	return w.breathe()
}

// Eval appends an evaluation to the log. One that the log kept when it was
// rewound is not written again: a state may be older than the evaluation of its
// own step.
func (w *Writer) Eval(e results.EvalEvent) error {
	if w.evals[evalKey{e.Step, e.Split}] {
		return nil
	}
	if err := w.logs.write(results.Event{Eval: &e}); err != nil {
		return err
	}
	return w.breathe()
}

// evalKey is what tells evaluations apart.
type evalKey struct {
	step  int
	split string
}

// Timing appends a line to timing.jsonl.
func (w *Writer) Timing(t results.Timing) error { return w.times.write(t) }

// flushEvery is how long a log's lines wait, so that a full disk and a folder
// that is gone stop the training when they happen.
const flushEvery = time.Second

// breathe flushes the logs now and then.
func (w *Writer) breathe() error {
	if time.Since(w.synced) < flushEvery {
		return nil
	}
	return w.flush()
}

// flush hands the logs to the system once it has seen that their file still has its
// name: lines of a file without one are lost, or go into the log of another process
// that has taken the run over meanwhile.
func (w *Writer) flush() error {
	w.synced = time.Now()
	mine, err := w.log.Stat()
	if err != nil {
		return err
	}
	path := filepath.Join(w.partial, results.LogFile)
	now, err := os.Stat(path)
	if err == nil && !os.SameFile(mine, now) {
		err = &fs.PathError{Op: "stat", Path: path, Err: errors.New("another file has its place")}
	}
	if err != nil {
		return fmt.Errorf("the run's folder was removed or replaced: %w", err)
	}
	return errors.Join(w.logs.w.Flush(), w.times.w.Flush())
}

// Sync brings the logs to the disk. It comes before a state is saved, so that
// the log is never behind the state.
func (w *Writer) Sync() error {
	if !w.opened {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.log.Sync()
}

// Close gives up the claim on an unfinished run and leaves its folder to be
// taken up again. After Publish it does nothing.
func (w *Writer) Close() error {
	err := w.Sync()
	w.closeLogs()
	if w.lock != nil && w.lock.own { // nobody writes here any more
		if _, e := os.Lstat(w.partial); !errors.Is(e, fs.ErrNotExist) { // it may be another's by now
			err = errors.Join(err, w.sign(owner{}))
		}
	}
	err = errors.Join(err, w.lock.release(false))
	w.lock = nil
	return err
}

func (w *Writer) closeLogs() {
	if w.opened {
		w.log.Close()
		w.timing.Close()
		w.opened = false
	}
}
