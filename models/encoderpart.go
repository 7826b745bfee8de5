package models

import "github.com/lmkor/bench/models/weights"

// EncoderOf returns the encoder of an encoder-decoder's checkpoint under the
// names of a model of its own, for tasks that need no decoder. Where the two
// share their weights, the file has them as the decoder's.
func EncoderOf(src weights.Source) weights.Source {
	prefixes := []string{"encoder."}
	for _, a := range Architectures() {
		if a.lm != nil {
			prefixes = append(prefixes, "decoder."+a.Prefix)
		}
	}
	return weights.Part(src, prefixes, ".crossattention.")
}
