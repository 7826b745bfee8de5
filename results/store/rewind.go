package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/results"
)

// Rewind cuts the logs to the events up to step, where the saved state stands;
// 0 empties them. Evaluations that the run does not ask for, of a state with
// another eval_steps, are left out, and a warning counts those that it would
// have had. It returns an error if the log ends before step: then the state is
// newer than the log, and only Rewind(0) and a new start help.
func (w *Writer) Rewind(step int) error {
	if w.opened {
		panic("store: Rewind after the first event")
	}
	w.evals = map[evalKey]bool{}
	found, err := w.truncate(results.LogFile, step, false)
	if err == nil && step > 0 && !found {
		err = fmt.Errorf("%s: no step %d, where the saved state stands", filepath.Join(w.partial, results.LogFile), step)
	}
	if err != nil {
		return err
	}
	if _, err := w.truncate(results.TimingFile, step, true); err != nil {
		return err
	}
	if w.missing > 0 {
		w.manifest.Warnings = append(w.manifest.Warnings, results.Warning{Code: "evaluations-missing",
			Message: fmt.Sprintf("taken up at step %d from a training with another eval_steps: %d evaluations before it are "+
				"not in the log",
				step, w.missing)})
	}
	if err := w.writeManifest(); err != nil {
		return err
	}
	return w.open()
}

// maxLog is how many bytes of a log are read: those of some ten million steps.
const maxLog = 4 << 30

// truncate keeps a log's whole lines up to step and reports whether it has that step
// itself. A broken line ends a log: it was being written when the run stopped.
func (w *Writer) truncate(name string, step int, lenient bool) (found bool, err error) {
	path := filepath.Join(w.partial, name)
	b, err := regular.ReadFile(path, maxLog)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	every := w.evalSteps()
	evaluated := map[int]bool{}
	var kept bytes.Buffer
	keep := 0
	for at := 0; at < len(b); {
		end := bytes.IndexByte(b[at:], '\n')
		if end < 0 {
			break
		}
		line := b[at : at+end+1]
		var e struct {
			Event, Split string
			Step         int
			Epoch        float64
		}
		if !utf8.Valid(line) || json.Unmarshal(line, &e) != nil || e.Step > step || step == 0 {
			break
		}
		at += len(line)
		keep = at
		found = found || e.Event == results.EventStep && e.Step == step
		if name == results.LogFile && e.Event == results.EventEval {
			if !asked(e.Step, e.Epoch, every) {
				continue
			}
			evaluated[e.Step] = true
			if e.Step == step {
				w.evals[evalKey{e.Step, e.Split}] = true
			}
		}
		kept.Write(line)
	}
	if !found && step > 0 && !lenient {
		return false, nil // leave the file: it may explain what happened
	}
	if name == results.LogFile {
		for s := every; every > 0 && s < step; s += every {
			if !evaluated[s] {
				w.missing++
			}
		}
	}
	if kept.Len() == keep {
		return found, os.Truncate(path, int64(keep))
	}
	return found, atomicfile.Write(path, func(out io.Writer) error { _, err := out.Write(kept.Bytes()); return err })
}

// asked reports whether a run evaluates at a step: after whole epochs, and every
// so many steps.
func asked(step int, epoch float64, every int) bool {
	return epoch == math.Trunc(epoch) || every > 0 && step%every == 0
}

// evalSteps is the run's eval_steps, 0 if it has none.
func (w *Writer) evalSteps() (n int) {
	if json.Unmarshal(w.manifest.Parts.Recipe["eval_steps"], &n) != nil {
		return 0
	}
	return n
}
