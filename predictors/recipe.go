// Package predictors answers texts, pairs of texts and words with a trained
// model: the same numbers whether a training is evaluated, a checkpoint scored,
// a file labelled or a request served. No gold is needed, and no answer depends
// on what else is asked.
package predictors

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/tasks"
)

// Recipe is what an answer depends on besides the model and its tokenizer.
type Recipe struct {
	MaxLength  int    // tokens, special ones included; longer texts are cut
	Truncation string // of pairs: one of package tokenizers'
	PadToMax   bool   // carry padding to MaxLength where the model's results depend on it
	Precision  device.Precision
	Threads    int // that tokenize; below 1 as many as there are cores
}

// PadTo is the length that batches carry padding to, 0 for none.
func (r Recipe) PadTo() int {
	if r.PadToMax {
		return r.MaxLength
	}
	return 0
}

// Input is one text, a pair of texts, or a sentence as words.
type Input struct {
	Text, Pair string
	HasPair    bool
	Words      []string // what Tags reads, instead of the texts
}

// InputOf returns what a task's example asks, without its gold.
func InputOf(e *tasks.Example) Input {
	return Input{Text: e.Text, Pair: e.Pair, HasPair: e.HasPair, Words: e.Words}
}
