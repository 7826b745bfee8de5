package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/metrics"
)

// Run is a finished run, wherever it lies.
type Run struct {
	Path     string
	Manifest Manifest
	Result   Result
}

// Log reads the run's events; none where it has no log.
func (r Run) Log() ([]Event, error) {
	events, err := ReadLog(filepath.Join(r.Path, LogFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return events, err
}

// File returns the path of one of the run's files.
func (r Run) File(name string) string { return filepath.Join(r.Path, name) }

// Answers reads the run's predictions.
func (r Run) Answers(o Reading) (*Answers, error) { return o.Open(r.File(PredictionsFile)) }

// RunError is a folder that should be a run and is none.
type RunError struct {
	Path string
	Err  error
}

func (e *RunError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }
func (e *RunError) Unwrap() error { return e.Err }

// Find returns the runs at and below the roots, known by their result.json,
// each once, sorted by path; links to folders are followed. Folders whose names
// begin with a dot are left out: unfinished runs have such names. Runs that
// cannot be read are told in bad and do not stop the search; a root that is no
// folder does. A run of which a file is damaged is in both.
func Find(roots ...string) (runs []Run, bad []*RunError, err error) {
	seen := map[string]bool{}
	for _, root := range roots {
		info, err := os.Stat(root)
		if err != nil {
			return nil, nil, err
		}
		if !info.IsDir() {
			return nil, nil, fmt.Errorf("%s: want a folder of runs", root)
		}
		search(filepath.Clean(root), seen, func(dir string) {
			run, err := Open(dir)
			if err != nil {
				bad = append(bad, &RunError{dir, err})
				return
			}
			runs = append(runs, run)
			if err := run.Check(false); err != nil {
				bad = append(bad, &RunError{dir, err})
			}
		}, func(path string, err error) { bad = append(bad, &RunError{path, err}) })
	}
	slices.SortFunc(runs, func(a, b Run) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(bad, func(a, b *RunError) int { return strings.Compare(a.Path, b.Path) })
	return runs, bad, nil
}

// search calls found on every folder at or below dir that holds a result.json,
// and does not look into these, nor twice into a folder that is in seen under
// its real path.
func search(dir string, seen map[string]bool, found func(string), fault func(string, error)) {
	key := RealPath(dir)
	if seen[key] {
		return
	}
	seen[key] = true
	if Finished(dir) {
		found(dir)
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		fault(dir, unplaced(err))
		return
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.Name() == ManifestFile {
			fault(dir, fmt.Errorf("no %s beside %s", ResultFile, ManifestFile))
		}
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		switch {
		case e.IsDir():
			search(path, seen, found, fault)
		case e.Type()&fs.ModeSymlink != 0:
			if info, err := os.Stat(path); err != nil {
				fault(path, unplaced(err))
			} else if info.IsDir() {
				search(path, seen, found, fault)
			}
		}
	}
}

// RealPath is what a folder is called without links and whatever its user typed.
func RealPath(dir string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return dir
}

// unplaced takes the path off an error, for RunError has it.
func unplaced(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Open reads the records of one run.
func Open(dir string) (Run, error) {
	var text [2][]byte
	for i, name := range []string{ResultFile, ManifestFile} {
		var err error
		if text[i], err = regular.ReadFile(filepath.Join(dir, name), regular.Text); err != nil {
			return Run{}, fmt.Errorf("%s: %w", name, unplaced(err))
		}
	}
	return decodeRun(dir, text[0], text[1])
}

// decodeRun reads the records of the run in dir from their files' bytes.
func decodeRun(dir string, result, manifest []byte) (Run, error) {
	r := Run{Path: dir}
	if err := decode(ResultFile, result, &r.Result); err != nil {
		return Run{}, err
	}
	var err error
	if r.Manifest, err = DecodeManifest(manifest); err != nil {
		return Run{}, err
	}
	switch {
	case r.Result.Model == "":
		return Run{}, fmt.Errorf("%s: no \"model\"", ResultFile)
	case r.Result.Task == "":
		return Run{}, fmt.Errorf("%s: no \"task\"", ResultFile)
	case !slices.Contains(metrics.Names, r.Result.Metric):
		return Run{}, fmt.Errorf("%s: metric %q: want one of %q", ResultFile, r.Result.Metric, metrics.Names)
	case r.Manifest.Task != r.Result.Task:
		return Run{}, fmt.Errorf("%s is of task %q, %s of %q", ManifestFile, r.Manifest.Task, ResultFile, r.Result.Task)
	}
	return r, nil
}

// DecodeManifest reads a manifest of this schema or an older one.
func DecodeManifest(text []byte) (Manifest, error) {
	var m Manifest
	if err := decode(ManifestFile, text, &m); err != nil {
		return Manifest{}, err
	}
	if err := m.migrate(); err != nil {
		return m, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	return m, nil
}

// decode reads one JSON record; name is its file's.
func decode(name string, b []byte, v any) error {
	if !utf8.Valid(b) {
		return fmt.Errorf("%s: not UTF-8", name)
	}
	err := json.Unmarshal(b, v)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		err = fmt.Errorf("%q is %s: want %s", wrong.Field, wrong.Value, wrong.Type)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
