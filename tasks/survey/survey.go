// Package survey reads the files of tasks and describes what they hold: rows,
// labels, lengths, and what is wrong with them.
package survey

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/lmkor/bench/datasets"
	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// The states of a file.
const (
	OK      = "ok"
	Missing = "missing"
	Bad     = "bad"
)

// File is what is known of one official file.
type File struct {
	Task     string            `json:"task"`
	Kind     tasks.Kind        `json:"kind"`
	Split    string            `json:"split"`
	Extra    bool              `json:"extra"`  // of the release, and not used by the recipe
	File     string            `json:"file"`   // below the folder of data, by the name that was found
	Format   string            `json:"format"` // tsv, csv or jsonl, with .gz behind it where compressed
	Status   string            `json:"status"` // ok, missing, bad
	Errors   []string          `json:"errors,omitempty"`
	Warnings []results.Warning `json:"warnings,omitempty"`
	SHA256   string            `json:"sha256,omitempty"`
	Rows     int               `json:"rows"`
	Kept     int               `json:"kept"`
	Dropped  map[string]int    `json:"dropped"`
	*Contents

	task *tasks.Task
	err  error // of a bad file
}

// TaskLabels are the labels of the file's task, in their order.
func (f *File) TaskLabels() []string { return f.task.Labels }

// Decomposed is the code of the warning of Hangul that is taken apart.
const Decomposed = "decomposed-hangul"

// Read reads every official file of the tasks, below dir or, where dir is empty,
// of the samples. One that is bad or missing does not keep it from the others.
// With tok, examples are measured in its tokens.
func Read(ctx context.Context, all []*tasks.Task, dir string, tok *tokenizers.Tokenizer) ([]File, error) {
	var files []File
	for _, t := range all {
		for i, official := range slices.Concat(t.Files, t.Extra) {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			files = append(files, read(t, official, i >= len(t.Files), dir, tok))
		}
	}
	return files, nil
}

func read(t *tasks.Task, official tasks.File, extra bool, dir string, tok *tokenizers.Tokenizer) File {
	f := File{Task: t.Name, Kind: t.Kind, Split: official.Split, Extra: extra,
		File: path.Join(t.Name, official.Name), Dropped: map[string]int{}, task: t}
	set, err := open(t, official, extra, dir)
	switch {
	case err == nil:
		f.Status, f.SHA256, f.Rows, f.Kept, f.Dropped = OK, set.SHA256, set.Rows, len(set.Examples), set.Dropped
		f.File, f.Format = path.Join(t.Name, set.File), string(set.Format)
		if set.Gzip {
			f.Format += datasets.Gzipped
		}
		f.Contents, f.Warnings = describe(set, tok), Warnings(set)
	case errors.Is(err, fs.ErrNotExist):
		f.Status = Missing
	default:
		f.Status, f.Errors, f.err = Bad, lines(t.Name, err), err
	}
	return f
}

func open(t *tasks.Task, official tasks.File, extra bool, dir string) (*tasks.Set, error) {
	switch {
	case dir != "" && extra:
		return t.OpenExtra(dir, official)
	case dir != "":
		return t.Open(dir, official.Split)
	case extra:
		return nil, fs.ErrNotExist // the samples have what the recipe uses
	}
	return t.OpenFS(samples.FS(), official.Split)
}

// Warnings returns what is odd about a set that can be read: reasons to look
// twice at a score on it.
func Warnings(set *tasks.Set) []results.Warning {
	n := set.Decomposed()
	if n == 0 {
		return nil
	}
	return []results.Warning{{Code: Decomposed, Message: fmt.Sprintf(
		"%s: %s: %d of %d examples hold Hangul taken apart into letters (Unicode's NFD, as macOS writes it), "+
			"which most vocabularies do not know: compose it (NFC), as 'uconv -x nfc' does",
		set.Task.Name, set.File, n, len(set.Examples))}}
}

// lines returns a reading's error as one line a bad row.
func lines(task string, err error) []string {
	var faults *datasets.Faults
	if !errors.As(err, &faults) {
		return []string{err.Error()}
	}
	var all []string
	for _, e := range faults.Rows {
		all = append(all, fmt.Sprintf("%s: %v", task, e))
	}
	if faults.More > 0 {
		all = append(all, fmt.Sprintf("%s: %s: %d more bad rows", task, faults.Rows[0].File, faults.More))
	}
	return all
}

// ErrNone is the error of a folder that holds no official file at all.
var ErrNone = errors.New("none of the official files is there: 'bench data list' names them")

// Err returns the errors of bad files, one line a bad row, or ErrNone.
func Err(files []File) error {
	var all []error
	there := false
	for _, f := range files {
		there = there || f.Status != Missing
		if f.err != nil {
			all = append(all, badFile{strings.Join(f.Errors, "\n"), f.err})
		}
	}
	if !there {
		return ErrNone
	}
	return errors.Join(all...)
}

// badFile is an error with a line for every bad row.
type badFile struct {
	lines string
	err   error
}

func (b badFile) Error() string { return b.lines }
func (b badFile) Unwrap() error { return b.err }
