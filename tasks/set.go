package tasks

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
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
	File     string // base name
	Format   datasets.Format
	Gzip     bool           // the file is compressed
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
	return t.openBelow(os.DirFS(dir), dir, split)
}

// OpenFS reads the official file of a split from NAME/ in fsys.
func (t *Task) OpenFS(fsys fs.FS, split string) (*Set, error) { return t.openBelow(fsys, "", split) }

// OpenFile reads a file in the task's format as the given split. Errors call it
// as file does.
func (t *Task) OpenFile(file, split string) (*Set, error) {
	return t.read(datasets.Source{FS: onDisk(file), Path: filepath.Base(file), As: file}, split)
}

func (t *Task) openBelow(fsys fs.FS, dir, split string) (*Set, error) {
	name, err := t.locate(fsys, dir, split)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	return t.read(datasets.Source{FS: fsys, Path: name}, split)
}

// locate returns the path of a split's file in fsys, which lies in dir: of the
// official name, or else of the one other name that differs from it by the
// extension of another format.
func (t *Task) locate(fsys fs.FS, dir, split string) (string, error) {
	official, ok := t.File(split)
	if !ok {
		return "", fmt.Errorf("no %s split: %w", split, fs.ErrNotExist)
	}
	return LocateFile(fsys, dir, path.Join(t.Name, official))
}

// LocateFile returns the path of an official file in fsys, which lies in dir: its
// own name, or else the one other that differs by the extension of another format.
func LocateFile(fsys fs.FS, dir, official string) (string, error) {
	folder := path.Dir(official)
	var found []string
	for i, name := range datasets.Names(path.Base(official)) {
		if _, err := fs.Stat(fsys, path.Join(folder, name)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if i == 0 {
			return official, nil
		}
		found = append(found, name)
	}
	shown := filepath.Join(dir, filepath.FromSlash(official))
	switch len(found) {
	case 0:
		return "", &datasets.Error{File: shown, Err: fs.ErrNotExist}
	case 1:
		return path.Join(folder, found[0]), nil
	}
	msg := fmt.Sprintf("is not there, but %s are: want one of them", strings.Join(found, " and "))
	return "", &datasets.Error{File: shown, Msg: msg}
}

// onDisk is a file system of one file, of whatever name.
type onDisk string

func (d onDisk) Open(string) (fs.File, error)     { return os.Open(string(d)) }
func (d onDisk) Stat(string) (fs.FileInfo, error) { return os.Stat(string(d)) }

func (t *Task) read(src datasets.Source, split string) (*Set, error) {
	s := &Set{Task: t, Split: split, Dropped: map[string]int{}}
	read := s.readTable
	if t.Kind == Tag {
		read = s.readTagged
	}
	f, err := read(src)
	if err == nil && len(s.Examples) == 0 {
		as := src.As
		if as == "" {
			as = f.Name
		}
		err = &datasets.Error{File: as, Msg: fmt.Sprintf("all %d rows were dropped", f.Rows)}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	s.File, s.SHA256, s.Rows, s.Format, s.Gzip = f.Name, f.SHA256, f.Rows, f.Format, f.Gzip
	if f.Blank > 0 {
		s.Dropped[BlankLine] = f.Blank
	}
	return s, nil
}

func (s *Set) readTagged(src datasets.Source) (*datasets.File, error) {
	return datasets.ReadTagged(src, func(sent datasets.Sentence) error {
		e := Example{ID: len(s.Examples), Line: sent.Line, Words: sent.Words, Tags: make([]int, len(sent.Tags))}
		for i, tag := range sent.Tags {
			if e.Tags[i] = s.Task.tagIndex(tag); e.Tags[i] < 0 {
				return fmt.Errorf("tag %q of word %d: %s", tag, i+1, s.Task.wantLabels())
			}
		}
		s.Examples = append(s.Examples, e)
		return nil
	})
}

func (s *Set) readTable(src datasets.Source) (*datasets.File, error) {
	t := s.Task
	columns := [][]string{t.Label, t.Text}
	if t.IsPair() {
		columns = append(columns, t.Pair)
	}
	return datasets.ReadTable(src, columns, func(row datasets.Row) error {
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
		if r := t.Range; r != nil && (v < r.Low || v > r.High) {
			return fmt.Errorf("score %q: want a number from %g to %g", text, r.Low, r.High)
		}
		e.Score = v
		return nil
	}
	if e.Label = t.LabelIndex(text); e.Label < 0 {
		return fmt.Errorf("label %q: %s", text, t.wantLabels())
	}
	return nil
}

// OpenExtra reads a file of the official release that the recipe does not use,
// one of Extra, from dir/NAME/.
func (t *Task) OpenExtra(dir string, f File) (*Set, error) {
	name, err := LocateFile(os.DirFS(dir), dir, path.Join(t.Name, f.Name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	return t.read(datasets.Source{FS: os.DirFS(dir), Path: name}, f.Split)
}

// Decomposed counts the examples with Hangul that is taken apart into its letters,
// as datasets.IsDecomposed finds it: to most vocabularies they are unknown.
func (s *Set) Decomposed() int {
	n := 0
	for i := range s.Examples {
		e := &s.Examples[i]
		if datasets.IsDecomposed(e.Text) || datasets.IsDecomposed(e.Pair) || slices.ContainsFunc(e.Words, datasets.IsDecomposed) {
			n++
		}
	}
	return n
}
