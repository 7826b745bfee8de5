package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/tasks"
)

// DataSource says where a task's splits come from.
type DataSource struct {
	Dir   string            // of official files; empty: none
	Files map[string]string // by split: the user's own in place of official ones
}

// Samples is the Dir that means the sample sets inside the program.
const Samples = "samples"

// Open reads a split of the task. A file that nothing was said about is an
// fs.ErrNotExist.
func (d DataSource) Open(t *tasks.Task, split string) (*tasks.Set, error) {
	switch f := d.Files[split]; {
	case f != "":
		return t.OpenFile(f, split)
	case d.Dir == Samples:
		return t.OpenFS(samples.FS(), split)
	case d.Dir == "":
		return nil, fmt.Errorf("%s: no %s file: name one with --%s, or the folder of official files with --data-dir: %w",
			t.Name, split, split, fs.ErrNotExist)
	}
	return t.Open(d.Dir, split)
}

// Splits are a cell's data: what trains, what is scored, and what a checkpoint
// could be chosen on: the dev split, or what the recipe holds out of train.
type Splits struct {
	Train, Scored, Dev *tasks.Set // Dev may be nil
}

// All lists the splits in the order of the manifest.
func (s Splits) All() []*tasks.Set {
	all := []*tasks.Set{s.Train}
	if s.Dev != nil {
		all = append(all, s.Dev)
	}
	return append(all, s.Scored)
}

// OpenData reads the cell's splits. Its error joins those of all splits.
func (c *Cell) OpenData() (Splits, error) {
	var s Splits
	var trainErr, scoredErr, devErr error
	s.Train, trainErr = c.Data.Open(c.Task, tasks.Train)
	s.Scored, scoredErr = c.Data.Open(c.Task, c.Scored)
	switch {
	case c.Recipe.Holdout > 0:
		if trainErr == nil {
			s.Train, s.Dev, devErr = s.Train.HoldOut(c.Recipe.Holdout)
		}
	case c.mayHaveDev():
		s.Dev, devErr = c.Data.Open(c.Task, tasks.Dev)
		if c.Data.Files[tasks.Dev] == "" && errors.Is(devErr, fs.ErrNotExist) {
			devErr = nil
		}
	}
	return s, errors.Join(trainErr, scoredErr, devErr)
}

// hasDev reports whether the user named where the dev split would be; whether it
// is there opening it tells.
func (c *Cell) hasDev() bool {
	return c.mayHaveDev() && (c.Data.Dir != "" || c.Data.Files[tasks.Dev] != "")
}

// mayHaveDev reports whether a dev split stands beside the scored one.
func (c *Cell) mayHaveDev() bool {
	_, official := c.Task.File(tasks.Dev)
	return c.Scored != tasks.Dev && (official || c.Data.Files[tasks.Dev] != "")
}

// ScoredSplit is the split to score: the task's own, but a test file of the
// user's in place of a dev split that nobody named a file for.
func (d DataSource) ScoredSplit(t *tasks.Task) string {
	if d.Files[tasks.Test] != "" && d.Files[t.Scored] == "" {
		return tasks.Test
	}
	return t.Scored
}

// Texts yields every text of the rows that train, for a vocabulary.
func Texts(set *tasks.Set, limit int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i, e := range set.Examples {
			if limit > 0 && i == limit {
				return
			}
			if len(e.Words) > 0 {
				if !yield(strings.Join(e.Words, " ")) {
					return
				}
				continue
			}
			if !yield(e.Text) || e.HasPair && !yield(e.Pair) {
				return
			}
		}
	}
}
