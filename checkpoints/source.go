// Package checkpoints opens model directories for work and writes them after it:
// a checkpoint for a task to train or score, one with the head that it was saved
// with, and the directory that a finished training leaves.
package checkpoints

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
)

// Source is what a training starts from: a Hugging Face directory, or sizes to
// start from nothing with.
type Source struct {
	Name    string
	Dir     string             // of a checkpoint; empty when it starts from nothing
	Scratch *configs.ModelSpec // nil with a checkpoint
}

// Find resolves what --model names: a directory, a name in configs, or a
// Hugging Face name in the local cache.
func Find(name string) (Source, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return Source{Name: NameOf(name), Dir: name}, nil
	}
	spec, err := configs.FindModel(name)
	switch {
	case err == nil && spec.Scratch != nil:
		return Source{Name: spec.Name, Scratch: spec}, nil
	case err == nil && spec.Dir != "":
		return Source{Name: spec.Name, Dir: spec.Dir}, nil
	case err == nil && spec.Archive != "":
		return Source{}, fmt.Errorf("%s is not on the hub: get it from %s, and name its directory with 'bench models add DIR --name %s'", spec.Name, spec.Archive, spec.Name)
	case err == nil:
		dir, err := hf.Resolve(spec.Hub)
		return Source{Name: spec.Name, Dir: dir}, err
	case strings.Contains(name, "/"):
		dir, err := hf.Resolve(name)
		return Source{Name: name, Dir: dir}, err
	}
	return Source{}, err
}

// NameOf is what a directory's model is called: after the directory, but a
// run's checkpoint after what was trained on what, and a snapshot of the hub's
// cache by its hub name, for all of those would have the same name.
func NameOf(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	base, parent := filepath.Base(dir), filepath.Dir(dir)
	if base == results.CheckpointDir {
		if run, err := results.Open(parent); err == nil {
			return run.Result.Model + "-" + run.Result.Task
		}
	}
	if repo, ok := strings.CutPrefix(filepath.Base(filepath.Dir(parent)), "models--"); ok && filepath.Base(parent) == "snapshots" {
		return strings.ReplaceAll(repo, "--", "/")
	}
	return base
}
