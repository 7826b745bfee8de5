package tokenizers

import (
	"slices"
	"unicode/utf8"
)

// byteRunes gives each byte a visible character, as GPT-2's vocabulary spells
// them: printable ones of Latin-1 stand for themselves, the rest follow U+0100.
var byteRunes, runeBytes = byteTables()

func byteTables() (runes [256]rune, bytes map[rune]byte) {
	bytes = make(map[rune]byte, 256)
	next := rune(0x100)
	for b := range 256 {
		r := rune(b)
		if !('!' <= r && r <= '~' || 0xA1 <= r && r <= 0xAC || 0xAE <= r && r <= 0xFF) {
			r = next
			next++
		}
		runes[b], bytes[r] = r, byte(b)
	}
	return runes, bytes
}

// byteLevel spells text byte by byte, in words as GPT-2 cuts them.
type byteLevel struct {
	blankFirst bool // text that begins without a blank gets one
	words      bool // cut into words
}

func (b byteLevel) split(words [][]char) [][]char {
	if b.blankFirst {
		for i, chars := range words {
			if chars[0].r != ' ' {
				words[i] = prepended(chars, ' ')
			}
		}
	}
	if b.words {
		words = cutter{gptWords{}, isolated, false}.split(words)
	}
	for i, chars := range words {
		words[i] = spellBytes(chars)
	}
	return words
}

// spellsBlanks reports whether s, or one of its parts, spells text byte by byte.
func spellsBlanks(s splitter) bool {
	switch s := s.(type) {
	case byteLevel:
		return true
	case splitters:
		return slices.ContainsFunc(s, spellsBlanks)
	}
	return false
}

// normalize spells the text without cutting it.
func (byteLevel) normalize(chars []char) []char { return spellBytes(chars) }

func spellBytes(chars []char) []char {
	out := make([]char, 0, len(chars)*3)
	var buf [utf8.UTFMax]byte
	for _, c := range chars {
		for _, b := range utf8.AppendRune(buf[:0], c.r) {
			out = append(out, char{byteRunes[b], c.from, c.to})
		}
	}
	return out
}

// gptWords finds GPT-2's words, which cover the text:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
type gptWords struct{}

func (gptWords) find(chars []char, from int) (int, int) {
	if from >= len(chars) {
		return -1, -1
	}
	if n := contraction(chars[from:]); n > 0 {
		return from, from + n
	}
	first := from
	if chars[from].r == ' ' && from+1 < len(chars) {
		first++
	}
	kind := gptKind(chars[first].r)
	if kind != gptSpace {
		end := first + 1
		for end < len(chars) && gptKind(chars[end].r) == kind {
			end++
		}
		return from, end
	}
	end := from
	for end < len(chars) && gptKind(chars[end].r) == gptSpace {
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
	case isLetter(r):
		return gptLetter
	case isNumber(r):
		return gptNumber
	case isSpace(r):
		return gptSpace
	}
	return gptOther
}

// contraction returns the length of the English contraction that chars begin with.
func contraction(chars []char) int {
	if chars[0].r != '\'' || len(chars) < 2 {
		return 0
	}
	switch chars[1].r {
	case 's', 't', 'm', 'd':
		return 2
	}
	if len(chars) > 2 {
		switch [2]rune{chars[1].r, chars[2].r} {
		case [2]rune{'r', 'e'}, [2]rune{'v', 'e'}, [2]rune{'l', 'l'}:
			return 3
		}
	}
	return 0
}
