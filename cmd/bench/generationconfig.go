package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/generation"
)

// optionFlags are the flags of settings, by transformers' name.
var optionFlags = map[string]string{
	"max_length": "max-length", "min_length": "min-length", "num_beams": "num-beams", "length_penalty": "length-penalty",
	"repetition_penalty": "repetition-penalty", "no_repeat_ngram_size": "no-repeat-ngram-size", "early_stopping": "early-stopping",
	"do_sample": "sample", "temperature": "temperature", "top_k": "top-k", "top_p": "top-p",
}

// resolve fills in the options that no flag gave, and the tokens to start and to
// end with.
func (f *generateFlags) resolve(cmd *cobra.Command, h *checkpoints.Headed) error {
	s, err := generation.ReadSettings(h.Dir)
	if err != nil {
		return err
	}
	o, flags := &f.options, map[string]bool{}
	for name, flag := range optionFlags {
		flags[name] = cmd.Flags().Changed(flag)
	}
	o.EarlyStopping = generation.StoppingOf(f.stopping)
	if f.given, err = s.Fill(o, flags); err != nil {
		return err
	}
	switch {
	case flags["max_length"] || f.newTokens > 0:
	case s.MaxNewTokens != nil:
		f.newTokens = *s.MaxNewTokens
	case s.MaxLength != nil && *s.MaxLength == generation.DefaultMaxLength:
		f.given["max_length"], f.room = false, generation.DefaultMaxLength
	}
	o.Start = h.Tokenizer.ClsID()
	if s.DecoderStartTokenID != nil {
		o.Start = *s.DecoderStartTokenID
	}
	o.End = slices.DeleteFunc(slices.Clone(s.EOSTokenID), func(id int32) bool { return id < 0 || int(id) >= h.Config.Outputs() })
	if len(o.End) == 0 {
		// The default of GPT-2's config lies outside of most vocabularies.
		for _, id := range []int32{h.Tokenizer.EosID(), h.Tokenizer.SepID()} {
			if id >= 0 && len(o.End) == 0 {
				o.End = []int32{id}
			}
		}
	}
	return nil
}
