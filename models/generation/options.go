package generation

import (
	"fmt"
	"slices"
)

// Options say how a text is generated, under the names and with the meaning
// that transformers gives them. Lengths count everything: the prompt, or the
// start token of an encoder-decoder's decoder, and the end token.
type Options struct {
	MaxLength int
	MinLength int // before it, no end token

	Sample      bool // draw tokens instead of taking the best
	Seed        uint64
	Temperature float64 // of sampling; 1: as the model says
	TopK        int     // of sampling: only the k best tokens; 0: all
	TopP        float64 // of sampling: only the best tokens that make up this mass; 1: all

	Beams         int // 1: no beam search
	LengthPenalty float64
	EarlyStopping Stopping

	RepetitionPenalty float64 // 1: none
	NoRepeatNgram     int     // no n tokens twice; 0: any

	Start int32   // with which an encoder-decoder's decoder begins
	End   []int32 // tokens that end a text
}

// Stopping says when a beam search is over before max-length.
type Stopping string

const (
	StopHopeful Stopping = ""      // when the best running beam, at its length, can't beat the finished ones
	StopFull    Stopping = "true"  // when as many texts are finished as there are beams
	StopNever   Stopping = "never" // when it can't, even at max-length
)

// Defaults are greedy, without any penalty or limit but the length.
func Defaults() Options {
	return Options{MaxLength: 20, Temperature: 1, TopP: 1, Beams: 1, LengthPenalty: 1, RepetitionPenalty: 1}
}

// Error says what option does not go with the model or the others.
type Error struct {
	Option string // in words of the command line
	Msg    string
}

func (e *Error) Error() string { return e.Option + ": " + e.Msg }

// Check returns an error about the first option that makes no sense for a
// prompt of the given length and a vocabulary of the given size.
func (o *Options) Check(prompt, vocab int) error {
	for _, f := range []struct {
		option string
		got    any
		ok     bool
		want   string
	}{
		{"max-length", o.MaxLength, o.MaxLength > prompt, fmt.Sprintf("more than the prompt's %d tokens", prompt)},
		{"min-length", o.MinLength, o.MinLength >= 0 && o.MinLength <= o.MaxLength, "0 to max-length"},
		{"temperature", o.Temperature, o.Temperature > 0, "more than 0"},
		{"top-k", o.TopK, o.TopK >= 0, "0 or more"},
		{"top-p", o.TopP, o.TopP > 0 && o.TopP <= 1, "more than 0, at most 1"},
		{"num-beams", o.Beams, o.Beams >= 1 && o.Beams <= vocab, "1 or more, within the vocabulary"},
		{"num-beams", o.Beams, o.Beams == 1 || !o.Sample, "1 with sampling"},
		{"early-stopping", o.EarlyStopping, slices.Contains([]Stopping{StopHopeful, StopFull, StopNever}, o.EarlyStopping), "true, false or never"},
		{"repetition-penalty", o.RepetitionPenalty, o.RepetitionPenalty > 0, "more than 0"},
		{"no-repeat-ngram-size", o.NoRepeatNgram, o.NoRepeatNgram >= 0, "0 or more"},
	} {
		if !f.ok {
			return &Error{f.option, fmt.Sprintf("%v: want %s", f.got, f.want)}
		}
	}
	return nil
}
