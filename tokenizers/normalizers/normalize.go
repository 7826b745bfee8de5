// Package normalizers rewrites text before it is split: the forms of Unicode,
// BERT's cleaning, SentencePiece's table of replacements, as the tokenizers
// library has them, offsets included.
package normalizers

import (
	"unicode"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/pattern"
)

// Normalizer rewrites text before it is split. It may overwrite its argument.
type Normalizer interface {
	Normalize([]aligned.Char) []aligned.Char
}

// Sequence applies one normalizer after the other.
type Sequence []Normalizer

func (n Sequence) Normalize(chars []aligned.Char) []aligned.Char {
	for _, next := range n {
		chars = next.Normalize(chars)
	}
	return chars
}

// Trimmed drops white space at the ends.
type Trimmed struct{ Left, Right bool }

func (t Trimmed) Normalize(chars []aligned.Char) []aligned.Char {
	for t.Left && len(chars) > 0 && aligned.IsSpace(chars[0].Rune) {
		chars = chars[1:]
	}
	for t.Right && len(chars) > 0 && aligned.IsSpace(chars[len(chars)-1].Rune) {
		chars = chars[:len(chars)-1]
	}
	return chars
}

// Dropped drops code points of a class.
type Dropped func(rune) bool

func (d Dropped) Normalize(chars []aligned.Char) []aligned.Char {
	kept := chars[:0]
	for _, c := range chars {
		if !d(c.Rune) {
			kept = append(kept, c)
		}
	}
	return kept
}

// IsAnyMark reports combining marks of all kinds.
func IsAnyMark(r rune) bool {
	return r >= 0x300 && unicode.Is(unicode.M, r) && !unicode.Is(aligned.KeptMarks, r) || r == 0x1CF2 || r == 0x1CF3
}

// Lowered puts text in lower case, letter by letter.
type Lowered struct{}

func (Lowered) Normalize(chars []aligned.Char) []aligned.Char { return lowerChars(chars) }

// NMT drops control characters and makes blanks of rare spaces, as
// Google's translation models had it.
type NMT struct{}

func (NMT) Normalize(chars []aligned.Char) []aligned.Char {
	kept := chars[:0]
	for _, c := range chars {
		switch r := c.Rune; {
		case 1 <= r && r <= 8 || r == 0xB || 0xE <= r && r <= 0x1F || r == 0x7F || r == 0x8F || r == 0x9F:
			continue
		case r == '\t' || r == '\n' || r == 0xC || r == '\r' || r == 0x1680 || 0x200B <= r && r <= 0x200F ||
			r == 0x2028 || r == 0x2029 || r == 0x2581 || r == 0xFEFF || r == 0xFFFD:
			c.Rune = ' '
		}
		kept = append(kept, c)
	}
	return kept
}

// Replaced puts content in the place of a pattern's matches, at the offsets of
// the last code point of each.
type Replaced struct {
	Pattern pattern.Pattern
	Content []rune
}

func (p Replaced) Normalize(chars []aligned.Char) []aligned.Char {
	var out []aligned.Char
	at := 0
	for begin, end := range pattern.All(p.Pattern, chars) {
		out = append(out, chars[at:begin]...)
		for _, r := range p.Content {
			out = append(out, aligned.Char{Rune: r, From: chars[end-1].From, To: chars[end-1].To})
		}
		at = end
	}
	if at == 0 {
		return chars
	}
	return append(out, chars[at:]...)
}

// Prefixed puts a string before text that is not empty.
type Prefixed []rune

func (p Prefixed) Normalize(chars []aligned.Char) []aligned.Char {
	if len(chars) == 0 {
		return chars
	}
	return aligned.Prepended(chars, p...)
}
