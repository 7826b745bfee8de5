package results

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/internal/regular"
)

// FileSum is a file of a run as it was written.
type FileSum struct {
	Name   string `json:"name"` // below the run's folder, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// SumFile returns the sum of the file in a run's folder; name is below dir, with
// slashes.
func SumFile(dir, name string) (FileSum, error) {
	f, err := regular.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return FileSum{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return FileSum{name, n, hex.EncodeToString(h.Sum(nil))}, err
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
		what, err := r.damage(f, all)
		if err != nil {
			return err
		}
		if what != "" {
			bad = append(bad, f.Name+" "+what)
		}
	}
	if bad != nil {
		return &DamageError{bad}
	}
	return nil
}

// damage says what is wrong with a file, "" if nothing is.
func (r Run) damage(f FileSum, all bool) (string, error) {
	if f.Name == ManifestFile && !all && r.manifest == f { // as it was when the run was opened
		return "", nil
	}
	file, err := regular.Open(filepath.Join(r.Path, filepath.FromSlash(f.Name)))
	if errors.Is(err, fs.ErrNotExist) {
		return "is missing", nil
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return "", err
	case info.Size() != f.Bytes:
		return fmt.Sprintf("has %d of %d bytes", info.Size(), f.Bytes), nil
	case !all && f.Bytes > quickSum:
		return "", nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return "was changed since it was written", nil
	}
	return "", nil
}
