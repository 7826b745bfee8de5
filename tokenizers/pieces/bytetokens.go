package pieces

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// byteTokens are the ids of the 256 tokens <0x00> to <0xFF>, -1 of those that
// the vocabulary lacks.
type byteTokens [256]int32

// ByteTokensOf returns the byte tokens of a vocabulary, nil if it has none.
func ByteTokensOf(v *Vocab) *byteTokens {
	t := new(byteTokens)
	n := 0
	for b := range t {
		if t[b] = v.ID(fmt.Sprintf("<0x%02X>", b)); t[b] >= 0 {
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

// Complete reports whether there are all 256 tokens.
func (t *byteTokens) Complete() bool {
	return t != nil && !slices.Contains(t[:], -1)
}

// spell appends the bytes of chars as tokens, each with its char's offsets.
func (t *byteTokens) spell(out []Piece, chars []aligned.Char, word int32) []Piece {
	var buf [utf8.UTFMax]byte
	for _, c := range chars {
		for _, b := range utf8.AppendRune(buf[:0], c.Rune) {
			out = append(out, Piece{t[b], c.From, c.To, word})
		}
	}
	return out
}
