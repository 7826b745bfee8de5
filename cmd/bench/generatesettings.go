package main

import (
	"strings"

	"github.com/spf13/pflag"

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

// given notices which flags were given: the others are the checkpoint's to say.
func (o *generateOptions) given(fl *pflag.FlagSet) {
	o.onlyNext = fl.Changed("next")
	o.wish.Given = map[string]bool{}
	for _, name := range []string{"max_length", "min_length", "num_beams", "length_penalty", "repetition_penalty",
		"no_repeat_ngram_size", "early_stopping", "do_sample", "temperature", "top_k", "top_p"} {
		o.wish.Given[name] = fl.Changed(optionFlag(name))
	}
}

// resolve fills in the options that no flag gave.
func (o *generateOptions) resolve(w *checkpoints.Writing) error {
	o.wish.Options.EarlyStopping = generation.StoppingOf(o.stopping)
	return w.Resolve(&o.wish)
}
