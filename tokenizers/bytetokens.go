package tokenizers

import (
	"fmt"
	"unicode/utf8"
)

// byteTokens are the ids of the 256 tokens <0x00> to <0xFF>.
type byteTokens [256]int32

// byteTokensOf returns the byte tokens of a vocabulary, nil unless it has them all.
func byteTokensOf(v *vocab) *byteTokens {
	t := new(byteTokens)
	for b := range t {
		if t[b] = v.id(fmt.Sprintf("<0x%02X>", b)); t[b] < 0 {
			return nil
		}
	}
	return t
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
