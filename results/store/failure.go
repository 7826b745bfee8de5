package store

import (
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

// failure is what a cell's last try ended in.
type failure struct {
	Time     string `json:"time"`
	Reason   string `json:"reason"`
	Portable string `json:"portable,omitempty"` // of the run that failed; "": not known
}

// failurePath is a hidden file beside the run's place.
func failurePath(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".failed.json")
}

// RecordFailure keeps why a run's last try failed, for ProgressOfAll; nil forgets
// it. portable is the run's Portable identity, "" if it came to none. The folder
// of the place has to be there.
func RecordFailure(dir, portable string, why error) error {
	path := failurePath(dir)
	if why == nil {
		err := os.Remove(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	text, err := results.Encode(failure{time.Now().UTC().Format(time.RFC3339), why.Error(), portable}, "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

func failureOf(dir string) (failure, error) {
	text, err := regular.ReadFile(failurePath(dir), regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return failure{}, nil
	}
	if err != nil {
		return failure{}, err
	}
	var f failure
	if json.Unmarshal(text, &f) != nil {
		return failure{Reason: "unknown: " + failurePath(dir) + " can't be read"}, nil
	}
	return f, nil
}
