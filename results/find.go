package results

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/metrics"
)

// Run is a finished run, wherever it lies.
type Run struct {
	Path     string
	Manifest Manifest
	Result   Result

	manifest FileSum // of the file that Manifest was read from
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

// ChosenPredictions returns the file of the predictions that the checkpoint chosen on
// dev made of the scored split. The error says why the run has none.
func (r Run) ChosenPredictions() (string, error) {
	c := r.Result.Chosen()
	if c == nil {
		return "", fmt.Errorf("%s kept no checkpoint chosen on dev: train with keep=both, or compare the last ones", r.Path)
	}
	for _, k := range r.Result.Checkpoints {
		if k.ChosenOn == "" && k.Step != c.Step {
			path := r.File(BestPredictionsFile)
			if _, err := os.Stat(path); err != nil {
				return "", fmt.Errorf("%s is of a program that kept no predictions of the checkpoint chosen on dev: "+
					"bench eval --model %s makes them anew", r.Path, r.File(c.Dir))
			}
			return path, nil
		}
	}
	return r.File(PredictionsFile), nil
}

// RunError is a folder that should be a run and is none.
type RunError struct {
	Path string
	Err  error
}

func (e *RunError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }
func (e *RunError) Unwrap() error { return e.Err }

// Find returns the runs at and below the roots, known by their result.json,
// each once, sorted by path; links to folders are followed, behind the folders
// themselves. Folders whose names begin with a dot are left out: unfinished runs
// have such names. Runs that cannot be read are told in bad and do not stop the
// search; a root that is no folder does. A run of which a file is damaged is in
// both. Many folders are read at once, for a shared one answers slowly.
func Find(roots ...string) (runs []Run, bad []*RunError, err error) {
	f := finder{seen: map[string]bool{}, slots: make(chan struct{}, AtOnce())}
	for _, root := range roots {
		info, err := os.Stat(root)
		if err != nil {
			return nil, nil, err
		}
		if !info.IsDir() {
			return nil, nil, fmt.Errorf("%s: want a folder of runs", root)
		}
		f.links = append(f.links, filepath.Clean(root))
		for len(f.links) > 0 {
			slices.Sort(f.links)
			path := f.links[0]
			f.links = f.links[1:]
			f.walk(path, RealPath(path))
			f.running.Wait()
		}
	}
	slices.SortFunc(f.runs, func(a, b Run) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(f.bad, func(a, b *RunError) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Err.Error(), b.Err.Error()))
	})
	return f.runs, f.bad, nil
}

// AtOnce is how many folders and runs are read at once: with 20 ms an operation,
// as a shared folder takes them, ten thousand runs are read in seconds. A process
// that may open few files reads fewer.
func AtOnce() int { return atOnceOf(filesAllowed()) }

// mostAtOnce is AtOnce where many files may be open.
const mostAtOnce = 256

// atOnceOf is AtOnce of a process that may have so many files open: reading a run
// takes up to four.
func atOnceOf(files uint64) int { return int(max(1, min(mostAtOnce, files/4))) }

// finder walks folders and reads the runs in them.
type finder struct {
	slots   chan struct{}
	running sync.WaitGroup

	mu    sync.Mutex
	seen  map[string]bool // folders, by their real paths
	links []string        // to folders, to be followed when all else is done
	runs  []Run
	bad   []*RunError
}

// walk reads a folder, and what lies in it at the same time, unless it is in seen
// under its real path. One that holds a result.json is a run.
func (f *finder) walk(dir, real string) {
	f.mu.Lock()
	seen := f.seen[real]
	f.seen[real] = true
	f.mu.Unlock()
	if seen {
		return
	}
	f.running.Go(func() {
		f.slots <- struct{}{}
		defer func() { <-f.slots }()
		entries, err := os.ReadDir(dir)
		if err != nil {
			f.fault(dir, unplaced(err))
			return
		}
		at := func(name string) int {
			return slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
		}
		result := at(ResultFile)
		switch {
		case result >= 0 && (entries[result].Type().IsRegular() || Finished(dir)): // more than a link to nothing
			f.open(dir)
			return
		case at(ManifestFile) >= 0:
			f.fault(dir, fmt.Errorf("no %s beside %s", ResultFile, ManifestFile))
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") {
				f.entry(e, filepath.Join(dir, e.Name()), filepath.Join(real, e.Name()))
			}
		}
	})
}

// entry goes into a folder, and remembers a link to one.
func (f *finder) entry(e fs.DirEntry, path, real string) {
	switch {
	case e.IsDir():
		f.walk(path, real)
	case e.Type()&fs.ModeSymlink != 0:
		info, err := os.Stat(path)
		if err != nil {
			f.fault(path, unplaced(err))
			return
		}
		if info.IsDir() {
			f.mu.Lock()
			f.links = append(f.links, path)
			f.mu.Unlock()
		}
	}
}

// open reads the run in a folder.
func (f *finder) open(dir string) {
	run, err := Open(dir)
	if err != nil {
		f.fault(dir, err)
		return
	}
	f.mu.Lock()
	f.runs = append(f.runs, run)
	f.mu.Unlock()
	if err := run.Check(false); err != nil {
		f.fault(dir, err)
	}
}

func (f *finder) fault(path string, err error) {
	f.mu.Lock()
	f.bad = append(f.bad, &RunError{path, err})
	f.mu.Unlock()
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
	r, err := decodeRun(dir, text[0], text[1])
	sum := sha256.Sum256(text[1])
	r.manifest = FileSum{ManifestFile, int64(len(text[1])), hex.EncodeToString(sum[:])}
	return r, err
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
