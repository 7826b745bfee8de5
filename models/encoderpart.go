package models

import (
	"slices"
	"strings"
)

// EncoderOf returns the encoder of an encoder-decoder's checkpoint under the
// names of a model of its own, for tasks that need no decoder. Where the two
// share their weights, the file has them as the decoder's.
func EncoderOf(src Source) Source {
	e := encoderPart{Source: src, names: map[string]string{}}
	prefixes := []string{"encoder."}
	for _, a := range Architectures() {
		if a.lm != nil {
			prefixes = append(prefixes, "decoder."+a.Prefix)
		}
	}
	for _, prefix := range prefixes {
		for _, n := range src.Names() {
			rest, ok := strings.CutPrefix(n, prefix)
			if !ok || strings.Contains(n, ".crossattention.") {
				continue
			}
			if _, twice := e.names[rest]; !twice {
				e.names[rest] = n
			}
		}
	}
	return e
}

// encoderPart is a source of some tensors of another, under names of its own.
type encoderPart struct {
	Source
	names map[string]string // in the other, by the name here
}

func (e encoderPart) Names() []string {
	var all []string
	for n := range e.names {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

func (e encoderPart) Shape(name string) []int { return e.Source.Shape(e.names[name]) }

func (e encoderPart) Read(name string, dst []float32) error {
	return e.Source.Read(e.names[name], dst)
}
