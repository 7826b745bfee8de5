// Package splitters cuts normalised text into the words that a model sees: the
// pre-tokenizers of the tokenizers library.
package splitters

import (
	"slices"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/pattern"
)

// Splitter cuts stretches of text into smaller ones, dropping the empty.
type Splitter interface {
	Split(words [][]aligned.Char) [][]aligned.Char
}

// Behavior says what becomes of the matches of a pattern when text is cut at them.
type Behavior int

const (
	Removed Behavior = iota
	Isolated
	MergedWithPrevious
	MergedWithNext
	Contiguous
)

// Cutter cuts text at the matches of a pattern, or, inverted, at what lies between them.
type Cutter struct {
	Pattern  pattern.Pattern
	Behavior Behavior
	Invert   bool
}

// stretch is a part of the text, matched or not.
type stretch struct {
	begin, end int
	match      bool
}

func (c Cutter) Split(words [][]aligned.Char) [][]aligned.Char {
	var out [][]aligned.Char
	for _, chars := range words {
		for _, s := range c.Behavior.merge(c.stretches(chars)) {
			if s.begin < s.end {
				out = append(out, chars[s.begin:s.end])
			}
		}
	}
	return out
}

// stretches covers chars with matches and what is between them.
func (c Cutter) stretches(chars []aligned.Char) []stretch {
	var list []stretch
	at := 0
	for begin, end := range pattern.All(c.Pattern, chars) {
		if at < begin {
			list = append(list, stretch{at, begin, c.Invert})
		}
		list = append(list, stretch{begin, end, !c.Invert})
		at = end
	}
	if at < len(chars) {
		list = append(list, stretch{at, len(chars), c.Invert})
	}
	return list
}

// merge returns the stretches that are left, in order.
func (b Behavior) merge(list []stretch) []stretch {
	var out []stretch
	before := false // whether the stretch before was a match
	switch b {
	case Isolated:
		return list
	case Removed:
		for _, s := range list {
			if !s.match {
				out = append(out, s)
			}
		}
	case Contiguous:
		for _, s := range list {
			if s.match == before && len(out) > 0 {
				out[len(out)-1].end = s.end
			} else {
				out = append(out, s)
			}
			before = s.match
		}
	case MergedWithPrevious:
		for _, s := range list {
			if s.match && !before && len(out) > 0 {
				out[len(out)-1].end = s.end
			} else {
				out = append(out, s)
			}
			before = s.match
		}
	case MergedWithNext:
		for _, s := range slices.Backward(list) {
			if s.match && !before && len(out) > 0 {
				out[len(out)-1].begin = s.begin
			} else {
				out = append(out, s)
			}
			before = s.match
		}
		slices.Reverse(out)
	}
	return out
}

// Sequence applies one splitter after the other.
type Sequence []Splitter

func (s Sequence) Split(words [][]aligned.Char) [][]aligned.Char {
	for _, next := range s {
		words = next.Split(words)
	}
	return words
}

// Metaspace is SentencePiece's way of words: blanks become a mark, which each
// word begins with.
type Metaspace struct {
	Mark    rune
	Prepend string // always, first or never: whether text without a mark gets one
	Cut     bool   // cut before each mark
}

func (m Metaspace) Split(words [][]aligned.Char) [][]aligned.Char {
	var out [][]aligned.Char
	for _, chars := range words {
		for i := range chars {
			if chars[i].Rune == ' ' {
				chars[i].Rune = m.Mark
			}
		}
		if chars[0].Rune != m.Mark && (m.Prepend == "always" || m.Prepend == "first" && chars[0].From == 0) {
			chars = aligned.Prepended(chars, m.Mark)
		}
		if m.Cut {
			marks := Cutter{pattern.One(func(r rune) bool { return r == m.Mark }), MergedWithNext, false}
			out = append(out, marks.Split([][]aligned.Char{chars})...)
		} else {
			out = append(out, chars)
		}
	}
	return out
}

// Bert cuts at white space, which it drops, and around punctuation.
type Bert struct{}

func (Bert) Split(words [][]aligned.Char) [][]aligned.Char {
	var out [][]aligned.Char
	for _, chars := range words {
		begin := 0
		for i, c := range chars {
			space := aligned.IsSpace(c.Rune)
			if !space && !aligned.IsPunct(c.Rune) {
				continue
			}
			if begin < i {
				out = append(out, chars[begin:i])
			}
			if !space {
				out = append(out, chars[i:i+1])
			}
			begin = i + 1
		}
		if begin < len(chars) {
			out = append(out, chars[begin:])
		}
	}
	return out
}
