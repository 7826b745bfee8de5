// Package compare says which of two or more models is better: per task in one
// sentence, over the seeds of each, with what the data could have shown where it
// can't tell; and over several tasks, corrected for their number.
package compare

import (
	"encoding/json"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Task is what a comparison needs to know of a task.
type Task struct {
	Name   string
	Title  string // as sentences call it
	Kind   results.AnswerKind
	Labels []string
	Metric metrics.Name
	Named  func(label string) results.Text // a label with what it means; nil: labels speak for themselves
}

// Options say what is compared and how it is told.
type Options struct {
	Task  string             // the only task to compare, "" for all
	Tasks func(string) *Task // a task by its name, nil if nobody knows it
	Dev   bool               // compare the checkpoints chosen on dev, not the last ones
	Order func([]string)     // sorts names of tasks as tables list them
	By    string             // a column to group by, or results.ByLength
	Flips int                // how many flips a comparison lists; 0 for all, below 0 for none
	Lang  results.Lang       // of the sentences
	Warn  func(string)       // gets what is odd, and does not stop the comparison

	runs []results.Run // of all sides
}

// Study is the outcome: of two sides and one task a single comparison, of more
// tasks or sides all of them.
type Study struct {
	Sides []string
	Pairs []Pair // every two sides, the first against the others first
	Ranks *Ranks // of three sides and more
}

// Pair is two sides over all tasks.
type Pair struct {
	A       string        `json:"a"`
	B       string        `json:"b"`
	Tasks   []*Comparison `json:"tasks"`
	Summary *Summary      `json:"summary"`
}

// Comparison is two sides on one task. Scores, intervals and differences are in
// per cent.
type Comparison struct {
	Task       string               `json:"task"` // "" where neither side nor the user names one
	Metric     metrics.Name         `json:"metric"`
	N          int                  `json:"n"`
	A          Scored               `json:"a"`
	B          Scored               `json:"b"`
	Difference Difference           `json:"difference"`
	Verdict    Verdict              `json:"verdict"`
	Tests      Tests                `json:"tests"`
	Seeds      Seeds                `json:"seeds"`
	LeftOut    []LeftOut            `json:"left_out"`
	Differs    []results.Difference `json:"differs"`   // parts of the identity but the seed
	Agreement  *metrics.Agreement   `json:"agreement"` // of classifications; the mean over pairs of runs
	Groups     []Group              `json:"by"`
	Flips      []Flip               `json:"flips"`
	Warnings   []Warned             `json:"warnings"` // what the runs' manifests warn of

	title   string // of the task, for sentences
	named   func(label string) results.Text
	oneFile bool // both sides are the same files
	numeric bool // answers are numbers, which are not right or wrong
	blind   bool // no difference at all could have been shown
	several int  // comparisons were corrected together
	flipped int  // examples, of which Flips lists some or all
	test    metrics.Comparison
}

// Scored is a side's mean score over its runs, in per cent.
type Scored struct {
	Name     string      `json:"name"`
	Score    *float64    `json:"score"`
	Interval *[2]float64 `json:"interval"`
	SD       *float64    `json:"sd"`   // between runs; null of one
	Runs     []float64   `json:"runs"` // every run's score, by seed
}

// Difference is b's score less a's.
type Difference struct {
	Value    *float64    `json:"value"`
	Interval *[2]float64 `json:"interval"`
}

// Tests are of the difference.
type Tests struct {
	McNemar     *McNemar  `json:"mcnemar"` // null for numbers, which are not right or wrong, and of several runs
	Bootstrap   Resampled `json:"bootstrap"`
	Permutation Resampled `json:"permutation"` // p is null of several runs
	ASO         *ASO      `json:"aso"`         // null of fewer than five runs a side
}

// McNemar is McNemar's test, and what it counts.
type McNemar struct {
	*metrics.McNemar
	Unit string `json:"unit"` // examples, or sentences with every tag right
}

// Resampled is a test by resampling.
type Resampled struct {
	Samples int      `json:"samples"` // 0 of very many numbers: P is by the normal distribution that samples approach
	P       *float64 `json:"p"`
}

// ASO is Almost Stochastic Order over the runs' scores: below 0.5 a side is
// almost larger, below 0.2 convincingly.
type ASO struct {
	BOverA float64 `json:"b_over_a"`
	AOverB float64 `json:"a_over_b"`
}

// Seeds counts runs.
type Seeds struct {
	A      int  `json:"a"`
	B      int  `json:"b"`
	Paired bool `json:"paired"` // the recipe gives run i of both sides the same order of data
}

// LeftOut is what one side has and the comparison does not use.
type LeftOut struct {
	Task   string  `json:"task"`
	Seed   *uint64 `json:"seed"` // null for a task's every run
	Side   string  `json:"side"` // the name of the side that has it
	Reason Reason  `json:"reason"`
}

// Reason is why something is left out, in every language; its JSON is of the
// study's.
type Reason struct {
	results.Text
	lang results.Lang
}

// because makes a reason.
func because(lang results.Lang, en, ko string, args ...any) Reason {
	return Reason{results.Textf(en, ko, args...), lang}
}

// MarshalJSON writes the reason in the study's language.
func (r Reason) MarshalJSON() ([]byte, error) { return json.Marshal(r.In(r.lang)) }

// Warned is a warning of a run's manifest.
type Warned struct {
	Side string `json:"side"`
	results.Warning
}

// Group is a part of the examples.
type Group struct {
	By       string       `json:"by"` // label, entity, length or the column
	Kind     GroupKind    `json:"kind"`
	Name     string       `json:"group"`
	Metric   metrics.Name `json:"metric"`
	N        int          `json:"n"`
	A        *float64     `json:"a"`
	B        *float64     `json:"b"`
	Value    *float64     `json:"difference"`
	Interval *[2]float64  `json:"interval"`
}

// GroupKind is what examples are grouped by: a column may be called as any of the others.
type GroupKind string

// The kinds of groups.
const (
	ByLabel  GroupKind = "label"  // gold's
	ByEntity GroupKind = "entity" // types of gold's entities
	ByLength GroupKind = results.ByLength
	ByColumn GroupKind = "column" // of the predictions
)

// Flip is an example that one side answers right and the other wrong: of several
// runs, most of them.
type Flip struct {
	ID       results.ID     `json:"id"`
	Gold     results.Answer `json:"gold"`
	A        results.Answer `json:"a"`
	B        results.Answer `json:"b"`
	AProb    *float64       `json:"a_prob"` // what the side gives its answer; null where the file has none
	BProb    *float64       `json:"b_prob"`
	Text     string         `json:"text"`
	TextPair *string        `json:"text_pair,omitempty"`
}
