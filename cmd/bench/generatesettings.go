package main

import (
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

// resolve fills in the options that no flag gave.
func (o *generateOptions) resolve(changed func(flag string) bool, w *checkpoints.Writing) error {
	o.wish.Given = map[string]bool{}
	for _, name := range []string{"max_length", "min_length", "num_beams", "length_penalty", "repetition_penalty",
		"no_repeat_ngram_size", "early_stopping", "do_sample", "temperature", "top_k", "top_p"} {
		o.wish.Given[name] = changed(optionFlag(name))
	}
	o.wish.Options.EarlyStopping = generation.StoppingOf(o.stopping)
	return w.Resolve(&o.wish)
}
