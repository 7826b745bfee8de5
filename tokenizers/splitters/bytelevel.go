package splitters

import (
	"slices"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// ByteLevel spells text byte by byte, in words as GPT-2 cuts them.
type ByteLevel struct {
	BlankFirst bool // text that begins without a blank gets one
	Words      bool // cut into words
}

func (b ByteLevel) Split(words [][]aligned.Char) [][]aligned.Char {
	if b.BlankFirst {
		for i, chars := range words {
			if chars[0].Rune != ' ' {
				words[i] = aligned.Prepended(chars, ' ')
			}
		}
	}
	if b.Words {
		words = Cutter{gptWords{}, Isolated, false}.Split(words)
	}
	for i, chars := range words {
		words[i] = spellBytes(chars)
	}
	return words
}

// SpellsBlanks reports whether s, or one of its parts, spells text byte by byte.
func SpellsBlanks(s Splitter) bool {
	switch s := s.(type) {
	case ByteLevel:
		return true
	case Sequence:
		return slices.ContainsFunc(s, SpellsBlanks)
	}
	return false
}

// Normalize spells the text without cutting it.
func (ByteLevel) Normalize(chars []aligned.Char) []aligned.Char { return spellBytes(chars) }

func spellBytes(chars []aligned.Char) []aligned.Char {
	out := make([]aligned.Char, 0, len(chars)*3)
	var buf [utf8.UTFMax]byte
	for _, c := range chars {
		for _, b := range utf8.AppendRune(buf[:0], c.Rune) {
			out = append(out, aligned.Char{Rune: aligned.ByteRunes[b], From: c.From, To: c.To})
		}
	}
	return out
}

// gptWords finds GPT-2's words, which cover the text:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
type gptWords struct{}

func (gptWords) Find(chars []aligned.Char, from int) (int, int) {
	if from >= len(chars) {
		return -1, -1
	}
	if n := contraction(chars[from:]); n > 0 {
		return from, from + n
	}
	first := from
	if chars[from].Rune == ' ' && from+1 < len(chars) {
		first++
	}
	kind := gptKind(chars[first].Rune)
	if kind != gptSpace {
		end := first + 1
		for end < len(chars) && gptKind(chars[end].Rune) == kind {
			end++
		}
		return from, end
	}
	end := from
	for end < len(chars) && gptKind(chars[end].Rune) == gptSpace {
		end++
	}
	if end < len(chars) && end-from > 1 {
		end-- // the last blank goes to the word after
	}
	return from, end
}

const (
	gptOther = iota
	gptLetter
	gptNumber
	gptSpace
)

func gptKind(r rune) int {
	switch {
	case aligned.IsLetter(r):
		return gptLetter
	case aligned.IsNumber(r):
		return gptNumber
	case aligned.IsSpace(r):
		return gptSpace
	}
	return gptOther
}

// contraction returns the length of the English contraction that chars begin with.
func contraction(chars []aligned.Char) int {
	if chars[0].Rune != '\'' || len(chars) < 2 {
		return 0
	}
	switch chars[1].Rune {
	case 's', 't', 'm', 'd':
		return 2
	}
	if len(chars) > 2 {
		switch [2]rune{chars[1].Rune, chars[2].Rune} {
		case [2]rune{'r', 'e'}, [2]rune{'v', 'e'}, [2]rune{'l', 'l'}:
			return 3
		}
	}
	return 0
}
