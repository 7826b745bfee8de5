// Package checkpoints opens model directories for work and writes them after it:
// a checkpoint for a task to train or score, one with the head that it was saved
// with, and the directory that a finished training leaves.
package checkpoints

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/internal/nearest"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tokenizers"
)

// Source is what a training starts from: a Hugging Face directory, or sizes to
// start from nothing with.
type Source struct {
	Asked   string // what the user named it by
	Name    string
	Dir     string             // of a checkpoint; empty when it starts from nothing
	Scratch *configs.ModelSpec // nil with a checkpoint

	Labels     map[string]string      // of names in id2label: the task's label that they are; nil: found by name
	Tokenizing tokenizers.LoadOptions // overrule what the directory says of its tokenizer
	Threads    int                    // that draw or read the weights; below 1 as many as there are cores

	named bool // by the user or on the hub, not after its directory
}

// Find resolves what --model names: a directory, a name in configs, or a
// Hugging Face name in the local cache.
func Find(name string) (Source, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return Source{Name: NameOf(name), Dir: name}, nil
	}
	if isPath(name) {
		return Source{}, noDirectory(name)
	}
	spec, err := configs.FindModel(name)
	switch {
	case err == nil && spec.Scratch != nil:
		return Source{Name: spec.Name, Scratch: spec, named: true}, nil
	case err == nil && spec.Dir != "":
		return Source{Name: spec.Name, Dir: spec.Dir, named: true}, nil
	case err == nil && spec.Archive != "":
		return Source{}, fmt.Errorf("%s is not on the hub: get it from %s, and name its directory with 'bench models add "+
			"DIR --name %s'",
			spec.Name, spec.Archive, spec.Name)
	case err == nil:
		dir, err := hf.Resolve(spec.Hub)
		return Source{Name: spec.Name, Dir: dir, named: true}, err
	case strings.Contains(name, "/"):
		dir, err := hf.Resolve(name)
		if err != nil && isDirectory(filepath.Dir(name)) {
			err = noDirectory(name) // a path that is mistyped at its end
		}
		return Source{Name: name, Dir: dir, named: true}, err
	}
	return Source{}, err
}

// isPath reports whether a name can only be that of a directory: hub names have
// one slash, and YAML files of models end in their extension.
func isPath(name string) bool {
	if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
		return false
	}
	slashes := strings.Count(filepath.ToSlash(name), "/")
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || filepath.IsAbs(name) ||
		slashes > 1 || slashes == 1 && (strings.HasSuffix(name, "/") || !strings.Contains(name, "/"))
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// PathError says that a path is not a directory, and names one that may have
// been meant.
type PathError struct {
	Path, Near string
	IsFile     bool
}

func (e *PathError) Error() string {
	what := "no such directory"
	if e.IsFile {
		what = "a file: want a model's directory"
	}
	if e.Near != "" {
		return fmt.Sprintf("%s: %s: did you mean %s?", e.Path, what, e.Near)
	}
	return e.Path + ": " + what
}

// Unwrap returns fs.ErrNotExist where there is nothing of that name.
func (e *PathError) Unwrap() error {
	if e.IsFile {
		return nil
	}
	return fs.ErrNotExist
}

func noDirectory(path string) error {
	e := &PathError{Path: path}
	if _, err := os.Stat(path); err == nil {
		e.IsFile = true
		return e
	}
	parent := filepath.Dir(path)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return e
	}
	var names []string
	for _, entry := range entries {
		if isDirectory(filepath.Join(parent, entry.Name())) {
			names = append(names, entry.Name())
		}
	}
	if near := nearest.Name(filepath.Base(path), names); near != "" {
		e.Near = filepath.Join(parent, near)
	}
	return e
}

// NameOf is what a directory's model is called: after the directory, but a
// run's checkpoint after what was trained on what, and a snapshot of the hub's
// cache by its hub name, for all of those would have the same name.
func NameOf(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	base, parent := filepath.Base(dir), filepath.Dir(dir)
	if base == results.CheckpointDir || base == results.BestCheckpointDir {
		if run, err := results.Open(parent); err == nil {
			return run.Result.Model + "-" + run.Result.Task + strings.TrimPrefix(base, results.CheckpointDir)
		}
	}
	if repo, ok := strings.CutPrefix(filepath.Base(filepath.Dir(parent)), "models--"); ok && filepath.Base(parent) == "snapshots" {
		return strings.ReplaceAll(repo, "--", "/")
	}
	return base
}
