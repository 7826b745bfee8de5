// Package pattern finds stretches of text: single code points of a class,
// strings, and regular expressions as Oniguruma reads them, which tokenizer.json
// files split and replace by.
package pattern

import (
	"slices"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// Pattern finds stretches of text.
type Pattern interface {
	// find returns the first match [begin, end) at or after from, never
	// empty; begin is -1 without one.
	Find(chars []aligned.Char, from int) (begin, end int)
}

// One finds single code points of a class.
type One func(rune) bool

func (p One) Find(chars []aligned.Char, from int) (int, int) {
	for i := from; i < len(chars); i++ {
		if p(chars[i].Rune) {
			return i, i + 1
		}
	}
	return -1, -1
}

// Verbatim finds a string.
type Verbatim []rune

func (p Verbatim) Find(chars []aligned.Char, from int) (int, int) {
	for i := from; i+len(p) <= len(chars) && len(p) > 0; i++ {
		if slices.EqualFunc(p, chars[i:i+len(p)], func(r rune, c aligned.Char) bool { return r == c.Rune }) {
			return i, i + len(p)
		}
	}
	return -1, -1
}

// WordRuns finds runs of word characters, and runs of what is neither that nor space.
type WordRuns struct{}

func (WordRuns) Find(chars []aligned.Char, from int) (int, int) {
	for from < len(chars) && aligned.IsSpace(chars[from].Rune) {
		from++
	}
	if from == len(chars) {
		return -1, -1
	}
	word, end := aligned.IsWordChar(chars[from].Rune), from+1
	for end < len(chars) && !aligned.IsSpace(chars[end].Rune) && aligned.IsWordChar(chars[end].Rune) == word {
		end++
	}
	return from, end
}
