package store

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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

// failureName is a hidden file beside the run's place: .NAME.failed.json, or
// .NAME.PORTABLE.failed.json of a run that is known, for those of other settings
// are to be in the same place.
var failureName = regexp.MustCompile(`^\.(.+?)(\.[0-9a-f]{16})?\.failed\.json$`)

func failurePath(dir, portable string) string {
	name := "." + filepath.Base(dir)
	if portable != "" {
		name += "." + portable[:min(16, len(portable))]
	}
	return filepath.Join(filepath.Dir(dir), name+".failed.json")
}

// RecordFailure keeps why a run's last try failed, for ProgressOfAll; nil forgets
// it. portable is the run's Portable identity, "" if it came to none. The folder
// of the place has to be there.
func RecordFailure(dir, portable string, why error) error {
	if why == nil {
		return forgetFailures(dir, portable)
	}
	text, err := results.Encode(failure{time.Now().UTC().Format(time.RFC3339), why.Error(), portable}, "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(failurePath(dir, portable), func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// forgetFailures removes the run's failure, and one that nobody knows the run of.
func forgetFailures(dir, portable string) error {
	remove := func(path string) error {
		err := os.Remove(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	plain := failurePath(dir, "")
	if portable == "" {
		return remove(plain)
	}
	err := remove(failurePath(dir, portable))
	if f, e := readFailure(plain); e == nil && (f.Portable == "" || f.Portable == portable) {
		err = errors.Join(err, remove(plain))
	}
	return err
}

// readFailure reads a failure's file; without one it returns an empty reason.
func readFailure(path string) (failure, error) {
	text, err := regular.ReadFile(path, regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return failure{}, nil
	}
	if err != nil {
		return failure{}, err
	}
	var f failure
	if json.Unmarshal(text, &f) != nil {
		return failure{Reason: "unknown: " + path + " can't be read"}, nil
	}
	return f, nil
}

// failuresOf lists the files of failures among names, by the place of the run.
func failuresOf(folder string, names []string) map[string][]string {
	all := map[string][]string{}
	for _, name := range names {
		if m := failureName.FindStringSubmatch(name); m != nil {
			place := filepath.Join(folder, m[1])
			all[place] = append(all[place], filepath.Join(folder, name))
		}
	}
	return all
}

// latestFailure is the latest of the failures in files that own says are of the run,
// or that nobody knows the run of.
func latestFailure(files []string, own func(portable string) bool) (latest failure, err error) {
	for _, path := range files {
		f, e := readFailure(path)
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		if f.Reason != "" && (f.Portable == "" || own(f.Portable)) && f.Time >= latest.Time {
			latest = f
		}
	}
	return latest, err
}
