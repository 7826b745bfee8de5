package tokenizers

import "unicode/utf8"

// char is one code point of normalised text with the bytes [from, to) of the
// original text that it stands for. Several chars may share one range (a
// decomposed letter) and a range may cover several original code points.
type char struct {
	r        rune
	from, to int32
}

// appendChars appends text's code points to dst; offsets begin at base.
// An invalid byte is U+FFFD of one byte.
func appendChars(dst []char, text string, base int32) []char {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		dst = append(dst, char{r, base + int32(i), base + int32(i+n)})
		i += n
	}
	return dst
}

// appendText appends the code points of chars as UTF-8.
func appendText(dst []byte, chars []char) []byte {
	for _, c := range chars {
		dst = utf8.AppendRune(dst, c.r)
	}
	return dst
}

// codePoints turns byte offsets of one text into offsets in code points. It
// counts from the last offset asked for, which in pieces is near.
type codePoints struct {
	text        string
	bytes, runs int // bytes passed, and the code points in them
}

func (c *codePoints) at(offset int) int {
	if offset < c.bytes {
		c.runs -= utf8.RuneCountInString(c.text[offset:c.bytes])
	} else {
		c.runs += utf8.RuneCountInString(c.text[c.bytes:offset])
	}
	c.bytes = offset
	return c.runs
}

// strayOffsets are the offsets that the tokenizers library gives a token that it
// takes to lie at the bytes [begin, end) of a word, beyond its end: in
// code points they are read as bytes of the whole text, if it has as many. Those in bytes
// are kept within the text.
func strayOffsets(text string, begin, end int) (bytes, runes [2]int) {
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
