package results

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FileSum is a file of a run as it was written.
type FileSum struct {
	Name   string `json:"name"` // below the run's folder, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// sumFiles lists the files of a run's folder that are a function of its
// identity, in the order of their names: all but timing.jsonl, the result, which
// holds the list, and the state.
func sumFiles(dir string) ([]FileSum, error) {
	var all []FileSum
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch {
		case name == stateFolder:
			return filepath.SkipDir
		case e.IsDir() || name == TimingFile || name == ResultFile:
			return nil
		}
		n, sum, err := sumFile(path)
		all = append(all, FileSum{filepath.ToSlash(name), n, sum})
		return err
	})
	return all, err
}

func sumFile(path string) (int64, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}

// DamageError says which files of a finished run are not as they were written.
type DamageError struct{ Files []string }

func (e *DamageError) Error() string { return "damaged: " + strings.Join(e.Files, "; ") }

// quickSum is up to which size a file's content is read when nobody asked for
// all: weights of a real model are larger, logs and predictions are not.
const quickSum = 64 << 20

// Check compares the run's files with what result.json says of them, and
// returns a *DamageError that names those that are missing, short or changed.
// The content of very large files is read only if all is asked for. A run of an
// older program, which kept no sums, passes.
func (r Run) Check(all bool) error {
	var bad []string
	for _, f := range r.Result.Files {
		path := filepath.Join(r.Path, filepath.FromSlash(f.Name))
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			bad = append(bad, f.Name+" is missing")
			continue
		case err != nil:
			return err
		case info.Size() != f.Bytes:
			bad = append(bad, fmt.Sprintf("%s has %d of %d bytes", f.Name, info.Size(), f.Bytes))
			continue
		case !all && f.Bytes > quickSum:
			continue
		}
		_, sum, err := sumFile(path)
		if err != nil {
			return err
		}
		if sum != f.SHA256 {
			bad = append(bad, f.Name+" was changed since it was written")
		}
	}
	if bad != nil {
		return &DamageError{bad}
	}
	return nil
}

// complete reports whether a folder holds a whole run of the identity that only
// has to be published.
func complete(dir, identity string) bool {
	if !Finished(dir) {
		return false
	}
	r, err := Open(dir)
	return err == nil && r.Manifest.Identity == identity && len(r.Result.Files) > 0 && r.Check(true) == nil
}
