package store

import (
	"io/fs"
	"path/filepath"

	"github.com/lmkor/bench/results"
)

// sumFiles lists the files of a run's folder that are a function of its
// identity, in the order of their names: all but timing.jsonl, the result, which
// holds the list, and the state.
func sumFiles(dir string) ([]results.FileSum, error) {
	var all []results.FileSum
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
		case e.IsDir() || name == results.TimingFile || name == results.ResultFile:
			return nil
		}
		sum, err := results.SumFile(dir, filepath.ToSlash(name))
		all = append(all, sum)
		return err
	})
	return all, err
}

// complete reports whether a folder holds a whole run of the identity that only
// has to be published.
func complete(dir, identity string) bool {
	if !results.Finished(dir) {
		return false
	}
	r, err := results.Open(dir)
	return err == nil && r.Manifest.Identity == identity && len(r.Result.Files) > 0 && r.Check(true) == nil
}
