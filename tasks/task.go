// Package tasks holds the seven tasks as one table, and turns the records of
// their files into examples. A user's own task in YAML is one more row.
package tasks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/metrics"
)

// Kind is what a model answers.
type Kind string

// The kinds of tasks.
const (
	Classify Kind = "classify" // one of a few labels
	Regress  Kind = "regress"  // a number
	Tag      Kind = "tag"      // a label a word
)

// Task is a task's columns, labels, files and metric.
type Task struct {
	Name   string
	Title  string // as tables head their columns
	Kind   Kind
	Labels []string // in the order of the model's outputs; none of a regression

	// Spellings are other names of the labels, as checkpoints have them: in small
	// letters, with blanks for underlines and hyphens.
	Spellings []Spelling

	// Columns by header name; the first name that is there counts. A tagging
	// task has no header, and none of these.
	Text, Pair, Label []string

	Metric metrics.Name // the headline score
	Files  []File
	Extra  []File // of the official release, and not used by the recipe
	Scored string // the split whose score is the result

	Range *Range // of the scores of a regression; nil: any number

	SkipEmpty   bool   // rows with an empty side are dropped, and counted
	Placeholder string // a side of just this means that there is no text: dropped and counted too
}

// Spelling is what else a label is called.
type Spelling struct {
	Label string
	Names []string
}

// Range is the numbers from Low to High, both included.
type Range struct{ Low, High float64 }

// File names the official file of a split.
type File struct{ Split, Name string }

// The splits.
const (
	Train = "train"
	Dev   = "dev"
	Test  = "test"
)

// IsPair reports whether examples have two texts.
func (t *Task) IsPair() bool { return len(t.Pair) > 0 }

// File returns the official file name of a split, false if there is none.
func (t *Task) File(split string) (string, bool) {
	for _, f := range t.Files {
		if f.Split == split {
			return f.Name, true
		}
	}
	return "", false
}

// LabelIndex returns the place of a label, -1 if it is none of the task's.
func (t *Task) LabelIndex(label string) int { return slices.Index(t.Labels, label) }

// tagIndex is LabelIndex of a tag, whose B or I may stand at the other end of its
// type than in the task's labels: B-PER is PER-B.
func (t *Task) tagIndex(tag string) int {
	if at := t.LabelIndex(tag); at >= 0 {
		return at
	}
	if kind, ok := strings.CutPrefix(tag, "B-"); ok {
		return t.LabelIndex(kind + "-B")
	}
	if kind, ok := strings.CutPrefix(tag, "I-"); ok {
		return t.LabelIndex(kind + "-I")
	}
	if kind, ok := strings.CutSuffix(tag, "-B"); ok {
		return t.LabelIndex("B-" + kind)
	}
	if kind, ok := strings.CutSuffix(tag, "-I"); ok {
		return t.LabelIndex("I-" + kind)
	}
	return -1
}

// wantLabels lists the labels for a message.
func (t *Task) wantLabels() string {
	quoted := make([]string, len(t.Labels))
	for i, l := range t.Labels {
		quoted[i] = fmt.Sprintf("%q", l)
	}
	return "want one of " + strings.Join(quoted, ", ")
}

// Names returns the names of the seven tasks, in the report's order.
func Names() []string {
	names := make([]string, len(All))
	for i, t := range All {
		names[i] = t.Name
	}
	return names
}
