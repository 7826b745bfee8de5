package results

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// ErrFinished says that the run is there already, whoever wrote it.
var ErrFinished = errors.New("the run is finished")

// Finished reports whether dir holds a whole run.
func Finished(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ResultFile))
	return err == nil
}

// RunDir returns where a run belongs below root: model/task/seed-N, a hub
// name's slash written as two hyphens.
func RunDir(root, model, task string, seed uint64) string {
	return filepath.Join(root, pathWord(model), pathWord(task), "seed-"+strconv.FormatUint(seed, 10))
}

// pathWord returns s as one path element that every file system takes.
func pathWord(s string) string {
	s = strings.NewReplacer("/", "--", "\\", "--").Replace(s)
	s = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, s)
	if s = strings.Trim(s, ". "); s == "" {
		return "_"
	}
	return s
}

// Writer writes one run into a folder beside its final place, hidden under a
// name that is a function of it, so that an interrupted run is found again:
// .NAME.partial for NAME. Publish renames it. Whoever renames first wins.
type Writer struct {
	final, partial string
	lock           *flock.Flock // keeps a second process out of the unfinished folder; Publish needs no lock
	resumed        bool
	opened         bool

	log, timing  *os.File
	logs, times  lineWriter
	discarded    string
	manifestText []byte
	evals        map[evalKey]bool // in the log, at the step that it was rewound to
}

// Create begins the run that is to be dir, or takes up an interrupted one with
// the same manifest. It returns ErrFinished if dir is a whole run, and another
// error if dir is something else. The caller must Close the writer.
func Create(dir string, m Manifest) (*Writer, error) {
	w := &Writer{final: filepath.Clean(dir)}
	m.Data = append([]Data{}, m.Data...) // an empty list, not null
	m.Warnings = append([]Warning{}, m.Warnings...)
	for i, d := range m.Data {
		if d.Dropped == nil {
			m.Data[i].Dropped = map[string]int{}
		}
	}
	text, err := encode(m, "  ")
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	w.manifestText = append(text, '\n')
	if err := w.free(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(w.final), 0o755); err != nil {
		return nil, err
	}
	w.claim()
	if err := w.begin(); err != nil {
		w.release()
		return nil, err
	}
	return w, nil
}

// free returns an error unless nothing stands in the run's place.
func (w *Writer) free() error {
	if Finished(w.final) {
		return fmt.Errorf("%s: %w", w.final, ErrFinished)
	}
	entries, err := os.ReadDir(w.final)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s exists and is no run: want another name", w.final)
}

// claim takes the first unfinished folder that no other process works in.
func (w *Writer) claim() {
	for k := 1; ; k++ {
		w.partial = partialName(w.final, k)
		w.lock = flock.New(w.partial + ".lock")
		// On a file system without locks, everyone has the first folder.
		if got, err := w.lock.TryLock(); got || err != nil {
			return
		}
	}
}

func partialName(final string, k int) string {
	name := filepath.Join(filepath.Dir(final), "."+filepath.Base(final)+".partial")
	if k > 1 {
		name += "." + strconv.Itoa(k)
	}
	return name
}

func (w *Writer) begin() error {
	if err := w.free(); err != nil { // someone may have published before the claim
		return err
	}
	if err := os.MkdirAll(w.partial, 0o755); err != nil {
		return err
	}
	path := filepath.Join(w.partial, ManifestFile)
	old, err := os.ReadFile(path)
	if err == nil && bytes.Equal(old, w.manifestText) {
		w.resumed = true
		return nil
	}
	entries, err := os.ReadDir(w.partial)
	if err != nil {
		return err
	}
	for _, e := range entries {
		w.discarded = w.partial
		if err := os.RemoveAll(filepath.Join(w.partial, e.Name())); err != nil {
			return err
		}
	}
	if err := os.WriteFile(path, w.manifestText, 0o644); err != nil {
		return err
	}
	return w.open()
}

// Dir returns the folder to write the checkpoint and unpublished state into.
func (w *Writer) Dir() string { return w.partial }

// CheckpointDir returns the folder of the checkpoint, which may not exist yet.
func (w *Writer) CheckpointDir() string { return filepath.Join(w.partial, CheckpointDir) }

// StateDir returns the folder of what resuming needs; Publish removes it.
func (w *Writer) StateDir() string { return filepath.Join(w.partial, "state") }

// Resumed reports whether an interrupted run with the same manifest was there.
// If so, Rewind comes before the first event.
func (w *Writer) Resumed() bool { return w.resumed }

// Discarded returns the folder of an interrupted run that was thrown away
// because its manifest differs, or "".
func (w *Writer) Discarded() string { return w.discarded }

func (w *Writer) open() (err error) {
	for _, f := range []struct {
		name string
		file **os.File
		to   *lineWriter
	}{{LogFile, &w.log, &w.logs}, {TimingFile, &w.timing, &w.times}} {
		*f.file, err = os.OpenFile(filepath.Join(w.partial, f.name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		f.to.w = bufio.NewWriter(*f.file)
	}
	w.opened = true
	return nil
}

// Step appends a step to the log.
func (w *Writer) Step(e StepEvent) error { return w.logs.write(stepLine{stepName, e}) }

// Eval appends an evaluation to the log. One that the log kept when it was
// rewound is not written again: a state may be older than the evaluation of its
// own step.
func (w *Writer) Eval(e EvalEvent) error {
	if w.evals[evalKey{e.Step, e.Split}] {
		return nil
	}
	return w.logs.write(evalLine{evalName, e})
}

// evalKey is what tells evaluations apart.
type evalKey struct {
	step  int
	split string
}

// Timing appends a line to timing.jsonl.
func (w *Writer) Timing(t Timing) error { return w.times.write(t) }

// Sync brings the logs to the disk. It comes before a state is saved, so that
// the log is never behind the state.
func (w *Writer) Sync() error {
	if !w.opened {
		return nil
	}
	if err := errors.Join(w.logs.w.Flush(), w.times.w.Flush()); err != nil {
		return err
	}
	return w.log.Sync()
}

// Close gives up the claim on an unfinished run and leaves its folder to be
// taken up again. After Publish it does nothing.
func (w *Writer) Close() error {
	err := w.Sync()
	w.closeLogs()
	w.release()
	return err
}

func (w *Writer) closeLogs() {
	if w.opened {
		w.log.Close()
		w.timing.Close()
		w.opened = false
	}
}

func (w *Writer) release() {
	if w.lock != nil {
		w.lock.Close()
		w.lock = nil
	}
}

// writeLines writes a JSON Lines file and brings it to the disk.
func writeLines[T any](path string, rows []T) error {
	return writeFile(path, func(out io.Writer) error {
		b := bufio.NewWriterSize(out, 1<<16)
		lines := lineWriter{b}
		for i := range rows {
			if err := lines.write(rows[i]); err != nil {
				return fmt.Errorf("%s: row %d: %w", filepath.Base(path), i, err)
			}
		}
		return b.Flush()
	})
}

// writeFile writes a file and closes it, whatever happens.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
