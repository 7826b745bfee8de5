package tokenizers

import "unicode"

// normalizers applies one normalizer after the other.
type normalizers []normalizer

func (n normalizers) normalize(chars []char) []char {
	for _, next := range n {
		chars = next.normalize(chars)
	}
	return chars
}

// trimmed drops white space at the ends.
type trimmed struct{ left, right bool }

func (t trimmed) normalize(chars []char) []char {
	for t.left && len(chars) > 0 && isSpace(chars[0].r) {
		chars = chars[1:]
	}
	for t.right && len(chars) > 0 && isSpace(chars[len(chars)-1].r) {
		chars = chars[:len(chars)-1]
	}
	return chars
}

// dropped drops code points of a class.
type dropped func(rune) bool

func (d dropped) normalize(chars []char) []char {
	kept := chars[:0]
	for _, c := range chars {
		if !d(c.r) {
			kept = append(kept, c)
		}
	}
	return kept
}

// isAnyMark reports combining marks of all kinds.
func isAnyMark(r rune) bool {
	return r >= 0x300 && unicode.Is(unicode.M, r) && !unicode.Is(keptMarks, r) || r == 0x1CF2 || r == 0x1CF3
}

// lowered puts text in lower case, letter by letter.
type lowered struct{}

func (lowered) normalize(chars []char) []char { return lowerChars(chars) }

// nmt drops control characters and makes blanks of rare spaces, as
// Google's translation models had it.
type nmt struct{}

func (nmt) normalize(chars []char) []char {
	kept := chars[:0]
	for _, c := range chars {
		switch r := c.r; {
		case 1 <= r && r <= 8 || r == 0xB || 0xE <= r && r <= 0x1F || r == 0x7F || r == 0x8F || r == 0x9F:
			continue
		case r == '\t' || r == '\n' || r == 0xC || r == '\r' || r == 0x1680 || 0x200B <= r && r <= 0x200F ||
			r == 0x2028 || r == 0x2029 || r == 0x2581 || r == 0xFEFF || r == 0xFFFD:
			c.r = ' '
		}
		kept = append(kept, c)
	}
	return kept
}

// replaced puts content in the place of a pattern's matches, at the offsets of
// the last code point of each.
type replaced struct {
	pattern pattern
	content []rune
}

func (p replaced) normalize(chars []char) []char {
	begin, end := p.pattern.find(chars, 0)
	if begin < 0 {
		return chars
	}
	out := make([]char, 0, len(chars))
	at := 0
	for ; begin >= 0; begin, end = p.pattern.find(chars, at) {
		out = append(out, chars[at:begin]...)
		for _, r := range p.content {
			out = append(out, char{r, chars[end-1].from, chars[end-1].to})
		}
		at = end
	}
	return append(out, chars[at:]...)
}

// prefixed puts a string before text that is not empty.
type prefixed []rune

func (p prefixed) normalize(chars []char) []char {
	if len(chars) == 0 {
		return chars
	}
	return prepended(chars, p...)
}
