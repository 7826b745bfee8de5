package checkpoints

import (
	"slices"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/tokenizers"
)

// Writing is a checkpoint that continues texts, or as an encoder-decoder answers
// them.
type Writing struct {
	*Headed
	settings *generation.Settings
}

// Wish is how a text is asked for: what is not given is as the checkpoint says.
type Wish struct {
	Options   generation.Options
	Given     map[string]bool // the settings that the caller gives, by transformers' name; all that are known, once resolved
	NewTokens int             // more than 0: this many new tokens at most
	Room      int             // how many new tokens there may be if nothing says it
}

// OpenWriting opens a checkpoint of a causal language model or an
// encoder-decoder, with its generation settings.
func OpenWriting(name string) (*Writing, error) {
	h, err := OpenHeaded(name, models.CausalLMHead)
	if err != nil {
		return nil, err
	}
	return h.Writing()
}

// Writing returns the checkpoint with its generation settings.
func (h *Headed) Writing() (*Writing, error) {
	s, err := generation.ReadSettings(h.Dir)
	return &Writing{Headed: h, settings: s}, err
}

// Answers reports whether the checkpoint answers texts and does not continue
// them: it is an encoder-decoder.
func (w *Writing) Answers() bool { return w.Config.ModelType == "encoder-decoder" }

// Resolve fills in the options that are not given, and the tokens to start and to
// end with. What Given says of settings by other names is lost.
func (w *Writing) Resolve(a *Wish) error {
	s, o, given := w.settings, &a.Options, a.Given
	known, err := s.Fill(o, given)
	if err != nil {
		return err
	}
	a.Given = known
	switch {
	case given["max_length"] || a.NewTokens > 0:
	case s.MaxNewTokens != nil:
		a.NewTokens = *s.MaxNewTokens
	case s.MaxLength != nil && *s.MaxLength == generation.DefaultMaxLength:
		known["max_length"], a.Room = false, generation.DefaultMaxLength
	}
	o.Start = w.Tokenizer.ClsID()
	if s.DecoderStartTokenID != nil {
		o.Start = *s.DecoderStartTokenID
	}
	o.End = slices.DeleteFunc(slices.Clone(s.EOSTokenID), func(id int32) bool { return id < 0 || int(id) >= w.Config.Outputs() })
	if len(o.End) == 0 {
		// The default of GPT-2's config lies outside of most vocabularies.
		for _, id := range []int32{w.Tokenizer.EosID(), w.Tokenizer.SepID()} {
			if id >= 0 && len(o.End) == 0 {
				o.End = []int32{id}
			}
		}
	}
	return nil
}

// Summarizing makes of options that were resolved for an encoder-decoder those of
// a summary: where nothing says otherwise 4 beams, and no three tokens twice.
func (a *Wish) Summarizing() {
	if !a.Given["num_beams"] && !a.Options.Sample {
		a.Options.Beams = 4
	}
	if !a.Given["no_repeat_ngram_size"] {
		a.Options.NoRepeatNgram = 3
	}
}

// Prompt encodes a text, for a model that continues it without special tokens, and
// says how long the whole may get. cut is how many tokens the text has where an
// encoder reads its beginning only, else 0.
func (w *Writing) Prompt(text string, a *Wish) (ids []int32, o generation.Options, cut int) {
	o = a.Options
	ids = w.Tokenizer.Encode(text, "", false, tokenizers.Options{NoSpecial: !w.Answers()}).IDs
	read, most := len(ids), w.Model.MaxTokens()
	if w.Answers() {
		if len(ids) > most {
			cut = len(ids)
			ids = w.Tokenizer.Encode(text, "", false, tokenizers.Options{MaxLength: most}).IDs
		}
		read, most = 1, w.Config.Decoder.MaxTokens()
	}
	switch {
	case a.NewTokens > 0:
		o.MaxLength = read + a.NewTokens
	case !a.Given["max_length"]:
		o.MaxLength = min(read+a.Room, most)
	}
	return ids, o, cut
}
