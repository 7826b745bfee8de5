package main

import (
	"slices"
	"strings"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/generation"
)

// optionFlag returns the flag of a setting that has one, by transformers' name.
func optionFlag(setting string) string {
	if setting == "do_sample" {
		return "sample"
	}
	return strings.ReplaceAll(setting, "_", "-")
}

// resolve fills in the options that no flag gave, and the tokens to start and to
// end with.
func (o *generateOptions) resolve(changed func(flag string) bool, h *checkpoints.Headed) error {
	s, err := generation.ReadSettings(h.Dir)
	if err != nil {
		return err
	}
	g, flags := &o.options, map[string]bool{}
	for _, name := range []string{"max_length", "min_length", "num_beams", "length_penalty", "repetition_penalty",
		"no_repeat_ngram_size", "early_stopping", "do_sample", "temperature", "top_k", "top_p"} {
		flags[name] = changed(optionFlag(name))
	}
	g.EarlyStopping = generation.StoppingOf(o.stopping)
	if o.given, err = s.Fill(g, flags); err != nil {
		return err
	}
	switch {
	case flags["max_length"] || o.newTokens > 0:
	case s.MaxNewTokens != nil:
		o.newTokens = *s.MaxNewTokens
	case s.MaxLength != nil && *s.MaxLength == generation.DefaultMaxLength:
		o.given["max_length"], o.room = false, generation.DefaultMaxLength
	}
	g.Start = h.Tokenizer.ClsID()
	if s.DecoderStartTokenID != nil {
		g.Start = *s.DecoderStartTokenID
	}
	g.End = slices.DeleteFunc(slices.Clone(s.EOSTokenID), func(id int32) bool { return id < 0 || int(id) >= h.Config.Outputs() })
	if len(g.End) == 0 {
		// The default of GPT-2's config lies outside of most vocabularies.
		for _, id := range []int32{h.Tokenizer.EosID(), h.Tokenizer.SepID()} {
			if id >= 0 && len(g.End) == 0 {
				g.End = []int32{id}
			}
		}
	}
	return nil
}
