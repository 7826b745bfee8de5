package tasks

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lmkor/bench/datasets"
)

// Example is what a model is asked.
type Example struct {
	ID   int // among the rows kept, from 0, in file order
	Line int // in the file

	Text, Pair string
	HasPair    bool
	Words      []string // of a tagging task

	Label int     // classify: an index into the task's labels
	Score float64 // regress
	Tags  []int   // tag: an index a word
}

// Set is a split: its examples, and what was left out.
type Set struct {
	Task     *Task
	Split    string
	File     string         // base name
	SHA256   string         // of the file
	Rows     int            // in the file: those dropped and those that became examples
	Dropped  map[string]int // rows by the reason why they are left out
	Examples []Example
}

// Reasons why rows are dropped.
const (
	EmptySide       = "empty side"
	PlaceholderSide = "placeholder"
	BlankLine       = "blank line"
)

// Open reads the official file of a split from dir/NAME/.
func (t *Task) Open(dir, split string) (*Set, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	return t.OpenFS(os.DirFS(dir), split)
}

// OpenFS reads the official file of a split from NAME/ in fsys.
func (t *Task) OpenFS(fsys fs.FS, split string) (*Set, error) {
	name, ok := t.File(split)
	if !ok {
		return nil, fmt.Errorf("%s: no %s split: %w", t.Name, split, fs.ErrNotExist)
	}
	return t.read(fsys, path.Join(t.Name, name), split)
}

// OpenFile reads a file in the task's format as the given split.
func (t *Task) OpenFile(file, split string) (*Set, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", t.Name, &datasets.Error{File: file, Err: fs.ErrNotExist})
	}
	return t.read(os.DirFS(filepath.Dir(file)), filepath.Base(file), split)
}

func (t *Task) read(fsys fs.FS, name, split string) (*Set, error) {
	s := &Set{Task: t, Split: split, Dropped: map[string]int{}}
	read := s.readTable
	if t.Kind == Tag {
		read = s.readTagged
	}
	f, err := read(fsys, name)
	if err == nil && len(s.Examples) == 0 {
		err = &datasets.Error{File: f.Name, Msg: fmt.Sprintf("all %d rows were dropped", f.Rows)}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	s.File, s.SHA256, s.Rows = f.Name, f.SHA256, f.Rows
	if f.Blank > 0 {
		s.Dropped[BlankLine] = f.Blank
	}
	return s, nil
}

func (s *Set) readTagged(fsys fs.FS, name string) (*datasets.File, error) {
	return datasets.ReadTagged(fsys, name, func(sent datasets.Sentence) error {
		e := Example{ID: len(s.Examples), Line: sent.Line, Words: sent.Words, Tags: make([]int, len(sent.Tags))}
		for i, tag := range sent.Tags {
			if e.Tags[i] = s.Task.LabelIndex(tag); e.Tags[i] < 0 {
				return fmt.Errorf("tag %q of word %d: %s", tag, i+1, s.Task.wantLabels())
			}
		}
		s.Examples = append(s.Examples, e)
		return nil
	})
}

func (s *Set) readTable(fsys fs.FS, name string) (*datasets.File, error) {
	t := s.Task
	columns := [][]string{t.Label, t.Text}
	if t.IsPair() {
		columns = append(columns, t.Pair)
	}
	return datasets.ReadTSV(fsys, name, columns, func(row datasets.Row) error {
		e := Example{ID: len(s.Examples), Line: row.Line, Text: row.Fields[1]}
		if t.IsPair() {
			e.Pair, e.HasPair = row.Fields[2], true
		}
		if reason := t.drop(e); reason != "" {
			s.Dropped[reason]++
			return nil
		}
		if err := t.label(&e, row.Fields[0]); err != nil {
			return err
		}
		s.Examples = append(s.Examples, e)
		return nil
	})
}

// drop returns why a row is left out, or nothing.
func (t *Task) drop(e Example) string {
	sides := []string{e.Text}
	if e.HasPair {
		sides = append(sides, e.Pair)
	}
	for _, s := range sides {
		if t.SkipEmpty && s == "" {
			return EmptySide
		}
	}
	for _, s := range sides {
		if t.Placeholder != "" && strings.TrimSpace(s) == t.Placeholder {
			return PlaceholderSide
		}
	}
	return ""
}

func (t *Task) label(e *Example, text string) error {
	if t.Kind == Regress {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("score %q: want a finite number", text)
		}
		e.Score = v
		return nil
	}
	if e.Label = t.LabelIndex(text); e.Label < 0 {
		return fmt.Errorf("label %q: %s", text, t.wantLabels())
	}
	return nil
}
