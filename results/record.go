// Package results knows what runs gave: the records and files of a run's
// directory, what identifies it, and how both are found and read again. Its
// subpackages write runs, and make tables, plots, reports and comparisons of them.
package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/lmkor/bench/metrics"
)

// The files of a run directory.
const (
	ManifestFile    = "manifest.json"
	LogFile         = "log.jsonl"
	TimingFile      = "timing.jsonl"
	PredictionsFile = "predictions.jsonl"
	ResultFile      = "result.json"
	CheckpointDir   = "checkpoint"

	BestCheckpointDir   = "checkpoint-best"        // beside the last one, if both are kept
	BestPredictionsFile = "predictions-best.jsonl" // its predictions, if it is another than the last
)

// Manifest says what a run was made from: together with the program it
// determines every other file but timing.jsonl.
type Manifest struct {
	Schema    int             `json:"schema"`
	Identity  string          `json:"identity"` // Parts.Hash(): the run's name
	Parts     Identity        `json:"parts"`
	Warnings  []Warning       `json:"warnings"` // in the order in which they came up; none: []
	Model     Model           `json:"model"`
	Tokenizer Tokenizer       `json:"tokenizer"`
	Task      string          `json:"task"`
	Data      []Data          `json:"data"`
	Recipe    json.RawMessage `json:"recipe"` // an object, every field resolved; EncodeRecipe makes it
	Program   Program         `json:"program"`
}

// Model is the checkpoint that a run started from.
type Model struct {
	Name         string `json:"name"`
	Path         string `json:"path"`
	Architecture string `json:"architecture"`
	Parameters   int64  `json:"parameters"`
	SHA256       string `json:"sha256"`
}

// Tokenizer is a run's tokenizer; nil where the setting does not apply.
type Tokenizer struct {
	Type         string `json:"type"`
	VocabSize    int    `json:"vocab_size"`
	Lowercase    *bool  `json:"lowercase"`
	StripAccents *bool  `json:"strip_accents"`
	SHA256       string `json:"sha256"`
	Analyser     string `json:"analyser_sha256,omitempty"` // of the native library that it calls, HanBERT's
}

// Data is one split's file.
type Data struct {
	Split   string         `json:"split"`
	File    string         `json:"file"`
	SHA256  string         `json:"sha256"`
	Rows    int            `json:"rows"`
	Dropped map[string]int `json:"dropped"` // rows left out, by reason
}

// Program is the bench that ran.
type Program struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	Kernels string `json:"kernels"` // of a device: its name, driver and shaders
	// Device is what computed the run, if it was not the processor.
	Device *Device `json:"device,omitempty"`
}

// Device is a GPU that computed a run.
type Device struct {
	Name    string `json:"name"`
	Driver  string `json:"driver"` // with its version
	API     string `json:"api"`
	Shaders string `json:"shaders"` // SHA-256 of the program's kernels for it
}

// Split returns the data of that split.
func (m Manifest) Split(name string) (Data, bool) {
	for _, d := range m.Data {
		if d.Split == name {
			return d, true
		}
	}
	return Data{}, false
}

// Result is a run's outcome. Score, Interval and Select are in per cent, as
// published tables print them; Scores and Epochs hold fractions.
type Result struct {
	Model       string         `json:"model"`
	Task        string         `json:"task"`
	Seed        uint64         `json:"seed"`
	Split       string         `json:"split"` // the one scored
	Metric      metrics.Name   `json:"metric"`
	N           int            `json:"n"`        // examples scored
	Score       *float64       `json:"score"`    // of the last checkpoint; nil where undefined
	Interval    *[2]float64    `json:"interval"` // its 95 % interval
	Scores      metrics.Scores `json:"scores"`
	Select      Select         `json:"select"`
	Epochs      []Epoch        `json:"epochs"`
	Train       Train          `json:"train"`
	Checkpoints []Checkpoint   `json:"checkpoints,omitempty"` // those that the run keeps, where not the last alone
	Files       []FileSum      `json:"files,omitempty"`       // of the run as they were written; none of schema 1
}

// Checkpoint is one in the run's directory, and its scores on the result's split.
type Checkpoint struct {
	Dir      string         `json:"dir"`
	Step     int            `json:"step"`
	ChosenOn string         `json:"chosen_on,omitempty"` // the split on which it is the best; none: it is the last
	Score    *float64       `json:"score"`
	Interval *[2]float64    `json:"interval"`
	Scores   metrics.Scores `json:"scores"`

	Dev *metrics.Scores `json:"dev,omitempty"` // its scores on the dev split
}

// Chosen returns the kept checkpoint that is the best on dev; nil if the run kept
// its last one alone.
func (r *Result) Chosen() *Checkpoint {
	for i := range r.Checkpoints {
		if r.Checkpoints[i].ChosenOn != "" {
			return &r.Checkpoints[i]
		}
	}
	return nil
}

// Select is the score of the checkpoint that each way of choosing picks, in per
// cent; nil where there is none.
type Select struct {
	Last       *float64 `json:"last"`
	Dev        *float64 `json:"dev"`          // the kept checkpoint best on the dev split; of none kept, the epoch
	BestOnTest *float64 `json:"best_on_test"` // the epoch best on the scored split itself: optimistic
}

// Epoch holds the scores after one epoch, counted from 1.
type Epoch struct {
	Epoch  int             `json:"epoch"`
	Scores metrics.Scores  `json:"scores"`        // of the result's split
	Dev    *metrics.Scores `json:"dev,omitempty"` // of the dev split, where there is one beside it
}

// Train counts what a training went through; zeros where nothing was trained.
type Train struct {
	Steps    int `json:"steps"`
	Examples int `json:"examples"`
	Tokens   int `json:"tokens"`
	Skipped  int `json:"skipped_steps,omitempty"` // of Steps, in float16: some gradient was NaN or infinite
}

// Percent returns a fraction in per cent without the noise that the
// multiplication leaves behind: 90.63, not 90.63000000000001.
func Percent(fraction float64) float64 { return math.Round(fraction*1e12) / 1e10 }

// Headline returns the score of s in per cent and its 95 % interval; nil where
// they are undefined.
func Headline(s metrics.Sample, n metrics.Name) (score *float64, interval *[2]float64) {
	v, ok := s.Scores().Get(n)
	if !ok {
		return nil, nil
	}
	v = Percent(v)
	if in, ok := metrics.Interval95(s, n); ok {
		interval = &[2]float64{Percent(in.Low), Percent(in.High)}
	}
	return &v, interval
}

// Choose returns the score that each way of choosing among epochs gives. The
// earliest of equals is chosen.
func Choose(epochs []Epoch, n metrics.Name) Select {
	var s Select
	var bestDev, bestTest float64
	for _, e := range epochs {
		v, ok := e.Scores.Get(n)
		if !ok {
			s.Last = nil
			continue
		}
		percent := Percent(v)
		s.Last = &percent
		if s.BestOnTest == nil || v > bestTest {
			bestTest, s.BestOnTest = v, &percent
		}
		if e.Dev == nil {
			continue
		}
		if d, ok := e.Dev.Get(n); ok && (s.Dev == nil || d > bestDev) {
			bestDev, s.Dev = d, &percent
		}
	}
	return s
}

// EncodeRecipe returns a recipe as the manifest keeps it: v's JSON object.
func EncodeRecipe(v any) (json.RawMessage, error) {
	b, err := Encode(v, "")
	if err != nil {
		return nil, fmt.Errorf("recipe: %w", err)
	}
	if !bytes.HasPrefix(b, []byte("{")) {
		return nil, fmt.Errorf("recipe: %.20s: want an object", b)
	}
	return b, nil
}

// Encode returns v as JSON: keys in the order of the struct (maps sorted),
// shortest floats, and <, >, & as they are. It ends without a newline.
func Encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// DevSplit and HoldoutSplit are the names of the splits that checkpoints and
// recipes are chosen on: the task's own, and a part of train in its place.
const (
	DevSplit     = "dev"
	HoldoutSplit = "holdout"
)
