package tokenizers

import (
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// template says how special tokens stand around one text and around a pair.
type template struct {
	single, pair []part
	bare         [2][]part // single and pair without special tokens, their types kept
}

// newTemplate is the template of its two sides.
func newTemplate(single, pair []part) template {
	return template{single, pair, [2][]part{textsOf(single), textsOf(pair)}}
}

// textsOf returns the parts that are texts.
func textsOf(parts []part) []part {
	var texts []part
	for _, p := range parts {
		if p.id < 0 {
			texts = append(texts, p)
		}
	}
	return texts
}

// part is one element of a template: a special token, or the text.
type part struct {
	id     int32 // of a special token; -1: the first text, -2: the second
	typeID int32
}

const (
	firstText  = -1
	secondText = -2
)

// bertTemplate is [CLS] A [SEP], or [CLS] A [SEP] B [SEP].
func bertTemplate(cls, sep, clsType int32) template {
	return newTemplate(
		[]part{{cls, clsType}, {firstText, 0}, {sep, 0}},
		[]part{{cls, clsType}, {firstText, 0}, {sep, 0}, {secondText, 1}, {sep, 1}},
	)
}

// bareTemplate adds nothing.
var bareTemplate = newTemplate(
	[]part{{firstText, 0}},
	[]part{{firstText, 0}, {secondText, 1}},
)

// specials counts the special tokens among parts.
func specials(parts []part) int {
	n := 0
	for _, p := range parts {
		if p.id >= 0 {
			n++
		}
	}
	return n
}

// Specials returns how many special tokens are added to a text, or to a pair.
func (t *Tokenizer) Specials(pair bool) int {
	if pair {
		return specials(t.template.pair)
	}
	return specials(t.template.single)
}

// trimmedOffsets leaves the blanks at the ends of byte-level tokens out of
// their offsets.
type trimmedOffsets struct{ blankFirst bool }

// offsets trims the range of token, in place; first tells whether it is the text's first.
func (t *trimmedOffsets) offsets(token string, first bool, at *[2]int) {
	blank := func(r rune) bool { return r == aligned.ByteRunes[' '] || aligned.IsSpace(r) }
	lead := utf8.RuneCountInString(token) - utf8.RuneCountInString(strings.TrimLeftFunc(token, blank))
	tail := utf8.RuneCountInString(token) - utf8.RuneCountInString(strings.TrimRightFunc(token, blank))
	if lead > 0 {
		if (first || at[0] == 0) && t.blankFirst && lead == 1 {
			lead = 0 // that one was put there, and has no place in the text
		}
		at[0] = min(at[0]+lead, at[1])
	}
	if tail > 0 && at[1] >= tail {
		at[1] = max(at[1]-tail, at[0])
	}
}

// robertaTemplate is <s> A </s>, or <s> A </s></s> B </s>, all of type 0.
func robertaTemplate(cls, sep int32) template {
	return newTemplate(
		[]part{{cls, 0}, {firstText, 0}, {sep, 0}},
		[]part{{cls, 0}, {firstText, 0}, {sep, 0}, {sep, 0}, {secondText, 0}, {sep, 0}},
	)
}
