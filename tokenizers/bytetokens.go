package tokenizers

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// byteTokens are the ids of the 256 tokens <0x00> to <0xFF>, -1 of those that
// the vocabulary lacks.
type byteTokens [256]int32

// byteTokensOf returns the byte tokens of a vocabulary, nil if it has none.
func byteTokensOf(v *vocab) *byteTokens {
	t := new(byteTokens)
	n := 0
	for b := range t {
		if t[b] = v.id(fmt.Sprintf("<0x%02X>", b)); t[b] >= 0 {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return t
}

// spells reports whether all bytes of text have a token.
func (t *byteTokens) spells(text string) bool {
	for i := range len(text) {
		if t[text[i]] < 0 {
			return false
		}
	}
	return true
}

// complete reports whether there are all 256 tokens.
func (t *byteTokens) complete() bool {
	return t != nil && !slices.Contains(t[:], -1)
}

// spell appends the bytes of chars as tokens, each with its char's offsets.
func (t *byteTokens) spell(out []piece, chars []char, word int32) []piece {
	var buf [utf8.UTFMax]byte
	for _, c := range chars {
		for _, b := range utf8.AppendRune(buf[:0], c.r) {
			out = append(out, piece{t[b], c.from, c.to, word})
		}
	}
	return out
}
