package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/results"
)

// The states of a cell, as its files have them.
const (
	CellDone    = "done"
	CellRunning = "running" // a process works on it
	CellWaiting = "waiting" // nobody does; an interrupted one will be taken up
	CellFailed  = "failed"  // the last try ended in an error
)

// Progress is how far a cell is, from its files alone.
type Progress struct {
	State       string
	Step        int       // the last one logged
	Loss        *float64  // of that step
	StepSeconds float64   // of the last steps, their mean; 0 if unknown
	Updated     time.Time // of the log
	Reason      string    // of a failure
}

// recentBytes is how much of a log's end is read: some hundred steps.
const recentBytes = 1 << 15

// ProgressOf returns how far the run that is to be dir is.
func ProgressOf(dir string) (Progress, error) {
	if results.Finished(dir) {
		return Progress{State: CellDone}, nil
	}
	p := Progress{State: CellWaiting}
	partials, err := partialsOf(dir)
	if err != nil {
		return p, err
	}
	for _, partial := range partials {
		one := progressIn(partial)
		if one.State == CellRunning && p.State != CellRunning || one.State == p.State && one.Updated.After(p.Updated) {
			p = one
		}
	}
	if p.State == CellRunning {
		return p, nil
	}
	reason, err := failureOf(dir)
	if reason != "" {
		p.State, p.Reason = CellFailed, reason
	}
	return p, err
}

func progressIn(partial string) Progress {
	p := Progress{State: CellWaiting}
	if busy(partial) {
		p.State = CellRunning
	}
	path := filepath.Join(partial, results.LogFile)
	if info, err := os.Stat(path); err == nil {
		p.Updated = info.ModTime()
	}
	eachRecent(path, func(line []byte) {
		var e struct {
			Event string
			results.StepEvent
		}
		if json.Unmarshal(line, &e) == nil && e.Event == results.EventStep {
			p.Step, p.Loss = e.Step, &e.Loss
		}
	})
	var steps int
	var seconds float64
	eachRecent(filepath.Join(partial, results.TimingFile), func(line []byte) {
		var t results.Timing
		if json.Unmarshal(line, &t) == nil && t.Event == results.EventStep {
			steps++
			seconds += t.Seconds
		}
	})
	if steps > 0 {
		p.StepSeconds = seconds / float64(steps)
	}
	return p
}

// eachRecent calls f with the whole lines at a file's end. A file that can't be
// read has none: it may be published while it is looked at.
func eachRecent(path string, f func(line []byte)) {
	file, err := regular.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return
	}
	from := max(0, info.Size()-recentBytes)
	tail, err := io.ReadAll(io.NewSectionReader(file, from, recentBytes))
	if err != nil {
		return
	}
	if from > 0 {
		_, tail, _ = bytes.Cut(tail, []byte("\n"))
	}
	for {
		line, rest, whole := bytes.Cut(tail, []byte("\n"))
		if !whole {
			return
		}
		f(line)
		tail = rest
	}
}

// failure is what a cell's last try ended in.
type failure struct {
	Time   string `json:"time"`
	Reason string `json:"reason"`
}

// failurePath is a hidden file beside the run's place.
func failurePath(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".failed.json")
}

// RecordFailure keeps why a run's last try failed, for ProgressOf; nil forgets
// it. The folder of the place has to be there.
func RecordFailure(dir string, why error) error {
	path := failurePath(dir)
	if why == nil {
		err := os.Remove(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	text, err := results.Encode(failure{time.Now().UTC().Format(time.RFC3339), why.Error()}, "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

func failureOf(dir string) (string, error) {
	text, err := regular.ReadFile(failurePath(dir), regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var f failure
	if json.Unmarshal(text, &f) != nil {
		return "unknown: " + failurePath(dir) + " can't be read", nil
	}
	return f.Reason, nil
}
