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

	MinNewTokens int // as MinLength, the prompt not counted

	Sample      bool // draw tokens instead of taking the best
	Seed        uint64
	Temperature float64 // of sampling; 1: as the model says
	TopK        int     // of sampling: only the k best tokens; 0: all
	TopP        float64 // of sampling: only the best tokens that make up this mass; 1: all

	MinP          float64 // of sampling: only tokens of this share of the best one's probability; 0: all
	Typical       float64 // of sampling: only tokens about as informative as the mean, up to this mass; 0 and 1: all
	EpsilonCutoff float64 // of sampling: only tokens of this probability; 0: all
	EtaCutoff     float64 // of sampling: only tokens of this probability, or less where the entropy is large; 0: all

	Beams         int // 1: no beam search
	LengthPenalty float64
	EarlyStopping Stopping
	Renormalize   bool // scores of a beam search are probabilities again after all that changed them

	RepetitionPenalty float64 // 1: none
	NoRepeatNgram     int     // no n tokens twice; 0: any

	SourceRepetitionPenalty float64 // of what the encoder read, or of the prompt: less than 1 keeps its tokens out; 0 and 1: none
	NoSourceNgram           int     // no n tokens of it; 0: any

	SequenceBias  []Bias
	BadWords      [][]int32 // sequences that must not come
	Suppress      []int32   // tokens that must not come
	SuppressFirst []int32   // and those that must not come first
	ForcedStart   []int32   // the second token, one of these
	ForcedEnd     []int32   // the token that reaches MaxLength, one of these
	Decay         Decay     // of Factor 0: none
	RemoveInvalid bool      // NaN and infinities among scores become numbers

	Start int32   // with which an encoder-decoder's decoder begins
	End   []int32 // tokens that end a text

	prompt int     // tokens that the decoder reads first
	source []int32 // what the encoder reads, or the prompt
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
		{"num-beams", o.Beams, o.Beams >= 1 && o.Beams <= min(vocab, mostBeams), fmt.Sprintf("1 to %d", min(vocab, mostBeams))},
		{"num-beams", o.Beams, o.Beams == 1 || !o.Sample, "1 with sampling"},
		{"early-stopping", o.EarlyStopping, slices.Contains([]Stopping{StopHopeful, StopFull, StopNever}, o.EarlyStopping),
			"true, false or never"},
		{"repetition-penalty", o.RepetitionPenalty, o.RepetitionPenalty > 0, "more than 0"},
		{"no-repeat-ngram-size", o.NoRepeatNgram, o.NoRepeatNgram >= 0, "0 or more"},
		{"encoder_no_repeat_ngram_size", o.NoSourceNgram, o.NoSourceNgram >= 0, "0 or more"},
		{"encoder_repetition_penalty", o.SourceRepetitionPenalty, o.SourceRepetitionPenalty >= 0, "more than 0"},
		{"min_new_tokens", o.MinNewTokens, o.MinNewTokens >= 0, "0 or more"},
		{"min_p", o.MinP, o.MinP >= 0 && o.MinP <= 1, "0 to 1"},
		{"typical_p", o.Typical, o.Typical >= 0 && o.Typical <= 1, "0 to 1"},
		{"epsilon_cutoff", o.EpsilonCutoff, o.EpsilonCutoff >= 0 && o.EpsilonCutoff < 1, "0 to below 1"},
		{"eta_cutoff", o.EtaCutoff, o.EtaCutoff >= 0 && o.EtaCutoff < 1, "0 to below 1"},
		{"exponential_decay_length_penalty", o.Decay.Factor, o.Decay.Factor >= 0, "a factor of 0 or more"},
	} {
		if !f.ok {
			return &Error{f.option, fmt.Sprintf("%v: want %s", f.got, f.want)}
		}
	}
	return o.checkTokens(vocab)
}

// mostBeams is more than any beam search gains from; each beam has keys and
// values of its own.
const mostBeams = 1024

// checkTokens refuses tokens that the model does not have.
func (o *Options) checkTokens(vocab int) error {
	type list struct {
		option string
		ids    []int32
	}
	lists := []list{{"forced_bos_token_id", o.ForcedStart}, {"forced_eos_token_id", o.ForcedEnd}}
	for _, w := range o.BadWords {
		lists = append(lists, list{"bad_words_ids", w})
	}
	for _, b := range o.SequenceBias {
		lists = append(lists, list{"sequence_bias", b.IDs})
	}
	for _, l := range lists {
		if len(l.ids) == 0 && (l.option == "bad_words_ids" || l.option == "sequence_bias") {
			return &Error{l.option, "a sequence without tokens"}
		}
		for _, id := range l.ids {
			if id < 0 || int(id) >= vocab {
				return &Error{l.option, fmt.Sprintf("token %d: the model has %d", id, vocab)}
			}
		}
	}
	return nil
}
