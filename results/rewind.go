package results

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Rewind cuts the logs to the events up to step, where the saved state stands;
// 0 empties them. It returns an error if the log ends before step: then the
// state is newer than the log, and only Rewind(0) and a new start help.
func (w *Writer) Rewind(step int) error {
	if w.opened {
		panic("results: Rewind after the first event")
	}
	w.evals = map[evalKey]bool{}
	found, err := w.cut(LogFile, step, false)
	if err == nil && step > 0 && !found {
		err = fmt.Errorf("%s: no step %d, where the saved state stands", filepath.Join(w.partial, LogFile), step)
	}
	if err != nil {
		return err
	}
	if _, err := w.cut(TimingFile, step, true); err != nil {
		return err
	}
	return w.open()
}

// cut keeps a log's whole lines up to step and reports whether it has that step
// itself. A broken line ends a log: it was being written when the run stopped.
func (w *Writer) cut(name string, step int, lenient bool) (found bool, err error) {
	path := filepath.Join(w.partial, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	keep := 0
	lines := newLines(bytes.NewReader(b), path)
	for at := 0; at < len(b); {
		end := bytes.IndexByte(b[at:], '\n')
		if end < 0 {
			break
		}
		var e struct {
			Event, Split string
			Step         int
		}
		if lines.decode(b[at:at+end], &e) != nil || e.Step > step || step == 0 {
			break
		}
		found = found || e.Event == stepName && e.Step == step
		if name == LogFile && e.Event == evalName && e.Step == step {
			w.evals[evalKey{e.Step, e.Split}] = true
		}
		at += end + 1
		keep = at
	}
	if !found && step > 0 && !lenient {
		return false, nil // leave the file: it may explain what happened
	}
	return found, os.Truncate(path, int64(keep))
}
