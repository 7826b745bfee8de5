// Package aligned holds text as code points that know which bytes of the
// original text they stand for, and the classes of code points that the
// reference libraries go by.
package aligned

import "unicode/utf8"

// Char is one code point of normalised text with the bytes [from, to) of the
// original text that it stands for. Several chars may share one range (a
// decomposed letter) and a range may cover several original code points.
type Char struct {
	Rune     rune
	From, To int32
}

// Append appends text's code points to dst; offsets begin at base.
// An invalid byte is U+FFFD of one byte.
func Append(dst []Char, text string, base int32) []Char {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		dst = append(dst, Char{r, base + int32(i), base + int32(i+n)})
		i += n
	}
	return dst
}

// AppendText appends the code points of chars as UTF-8.
func AppendText(dst []byte, chars []Char) []byte {
	for _, c := range chars {
		dst = utf8.AppendRune(dst, c.Rune)
	}
	return dst
}

// CodePoints turns byte offsets of one text into offsets in code points. It
// counts from the last offset asked for, which in pieces is near.
type CodePoints struct {
	Text        string
	bytes, runs int // bytes passed, and the code points in them
}

func (c *CodePoints) At(offset int) int {
	if offset < c.bytes {
		c.runs -= utf8.RuneCountInString(c.Text[offset:c.bytes])
	} else {
		c.runs += utf8.RuneCountInString(c.Text[c.bytes:offset])
	}
	c.bytes = offset
	return c.runs
}

// StrayOffsets are the offsets that the tokenizers library gives a token that it
// takes to lie at the bytes [begin, end) of a word, beyond its end: in
// code points they are read as bytes of the whole text, if it has as many. Those in bytes
// are kept within the text.
func StrayOffsets(text string, begin, end int) (bytes, runes [2]int) {
	bytes = [2]int{min(begin, len(text)), min(end, len(text))}
	index := func(at int) int { // of the code point that the byte at is part of
		for at > 0 && !utf8.RuneStart(text[at]) {
			at--
		}
		return utf8.RuneCountInString(text[:at])
	}
	switch {
	case begin >= len(text):
		return bytes, [2]int{begin, end}
	case end < len(text):
		return bytes, [2]int{index(begin), index(end)}
	case end == len(text):
		return bytes, [2]int{index(begin), index(end-1) + 1}
	}
	return bytes, [2]int{index(begin), index(begin) + 2}
}

// BytesOf returns chars as text, and for each byte that begins a char, and for
// the end, the index of the char.
func BytesOf(chars []Char) (string, []int) {
	text := AppendText(nil, chars)
	starts := make([]int, len(text)+1)
	at := 0
	for i := range string(text) {
		starts[i] = at
		at++
	}
	starts[len(text)] = len(chars)
	return string(text), starts
}

// Prepended puts r before chars, at the place of the first of them.
func Prepended(chars []Char, r ...rune) []Char {
	out := make([]Char, 0, len(chars)+len(r))
	for _, r := range r {
		out = append(out, Char{Rune: r, From: chars[0].From, To: chars[0].To})
	}
	return append(out, chars...)
}
