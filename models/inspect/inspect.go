// Package inspect says what a model directory holds and what is wrong with it,
// and compares a checkpoint with a reference implementation's answers.
package inspect

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tokenizers"
)

// Report is what was found in a model directory.
type Report struct {
	Dir          string           `json:"dir"`
	Architecture string           `json:"architecture"`
	Class        string           `json:"class"`
	Head         string           `json:"head"`
	Parameters   int              `json:"parameters"`
	WeightsMB    float64          `json:"weights_mb"`   // of the model itself
	FineTuneMB   float64          `json:"fine_tune_mb"` // about: weights, gradients, moments, and a full batch's activations
	VocabSize    int              `json:"vocab_size"`
	MaxTokens    int              `json:"max_position_embeddings"`
	Tokenizer    *tokenizers.Info `json:"tokenizer"`
	UnknownShare *float64         `json:"unknown_share"` // of tokens, on Korean sample text
	Labels       []string         `json:"labels"`
	Drawn        []string         `json:"drawn"`      // of the head: the checkpoint lacks them
	Missing      []string         `json:"missing"`    // of the architecture
	Unexpected   []string         `json:"unexpected"` // the model has no use for them
	Odd          []string         `json:"odd"`        // tensors whose shape or values can't be right
	Licence      string           `json:"licence"`
	Device       *OnDevice        `json:"device,omitempty"` // where it was asked for one
	Warnings     Warnings         `json:"warnings"`
	Errors       []string         `json:"errors"` // for which it can't run
}

// OnDevice is what the model would hold of a device's memory, in 10^6 bytes.
type OnDevice struct {
	Device     string  `json:"device"`
	Name       string  `json:"name"`
	FineTuneMB float64 `json:"fine_tune_mb"` // weights, gradients, moments, a full batch's activations, data on their way
	AnswerMB   float64 `json:"answer_mb"`    // weights, and a batch's activations
	MemoryMB   float64 `json:"memory_mb"`    // of the device
	FreeMB     float64 `json:"free_mb"`      // that the program may still have; 0: the driver does not say
}

// Has is what the program may have of the device's memory.
func (d *OnDevice) Has() float64 {
	if d.FreeMB > 0 {
		return d.FreeMB
	}
	return d.MemoryMB
}

// WarnOfDevice warns of a device that has too little memory.
func (r *Report) WarnOfDevice() {
	switch d := r.Device; {
	case d.AnswerMB > d.Has():
		r.Warnings = append(r.Warnings, warning("device_memory",
			"it does not fit on %s: answering takes about %.0f MB there, which has %.0f: want another device",
			d.Device, d.AnswerMB, d.Has()))
	case d.FineTuneMB > d.Has():
		r.Warnings = append(r.Warnings, warning("device_memory",
			"training does not fit on %s: it takes about %.0f MB there, which has %.0f: want smaller batches, with "+
				"gradient_accumulation_steps in their place, or shorter texts", d.Device, d.FineTuneMB, d.Has()))
	}
}

// Warnings are a report's warnings; their JSON is that of the messages.
type Warnings []results.Warning

// MarshalJSON writes the messages.
func (w Warnings) MarshalJSON() ([]byte, error) {
	var messages []string
	for _, warning := range w {
		messages = append(messages, warning.Message)
	}
	return json.Marshal(messages)
}

// Directory reads everything that a model directory holds; a part that can't be
// read does not keep it from the others. tokenizing overrules what it says of its tokenizer.
func Directory(dir string, tokenizing tokenizers.LoadOptions) *Report {
	r := &Report{Dir: dir, Licence: licenceOf(dir)}
	c, err := hf.ReadConfig(dir)
	if err != nil {
		r.fault(err)
	}
	tok, err := tokenizing.Load(dir)
	switch {
	case err == nil:
		info := tok.Info()
		r.Tokenizer = &info
		r.UnknownShare = sampleUnknown(tok)
		r.Warnings = append(r.Warnings, Tokenizer(tok)...)
	case c == nil && strings.HasPrefix(err.Error(), "config.json:"): // reported above
	default:
		r.fault(err)
	}
	if c == nil {
		return r
	}
	if r.checkConfig(c, tok) {
		r.checkWeights(dir, c)
	}
	return r
}

// Err is what the check of a directory fails with: its errors, which may name
// the directory themselves; nil if there are none.
func (r *Report) Err() error {
	if len(r.Errors) == 0 {
		return nil
	}
	var all []string
	for _, e := range r.Errors {
		all = append(all, strings.TrimPrefix(strings.TrimPrefix(e, r.Dir+": "), r.Dir+string(filepath.Separator)))
	}
	return fmt.Errorf("%s: %s", r.Dir, strings.Join(all, "; "))
}

func (r *Report) fault(err error) { r.Errors = append(r.Errors, err.Error()) }

// licenceOf reads the licence that a model card names in its front matter.
func licenceOf(dir string) string {
	b, err := hf.ReadText(filepath.Join(dir, "README.md"))
	if err != nil {
		return ""
	}
	front, ok := strings.CutPrefix(strings.ReplaceAll(string(b), "\r\n", "\n"), "---\n")
	if !ok {
		return ""
	}
	front, _, ok = strings.Cut(front, "\n---")
	if !ok {
		return ""
	}
	for line := range strings.Lines(front) {
		if v, ok := strings.CutPrefix(line, "license:"); ok {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}
