package tokenizers

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// bertText holds BERT's switches of normalisation. Text becomes words: control
// characters dropped, white space made blanks, ideographs set apart, accents
// stripped, letters lowered, then cut at blanks and around punctuation.
type bertText struct {
	clean, ideographs, strip, lower bool
}

// normalize returns the normalised text of chars, which it may overwrite.
func (b bertText) normalize(chars []char) []char {
	if b.clean {
		kept := chars[:0]
		for _, c := range chars {
			if isControl(c.r) {
				continue
			}
			if isSpace(c.r) {
				c.r = ' '
			}
			kept = append(kept, c)
		}
		chars = kept
	}
	if b.ideographs {
		chars = spaceIdeographs(chars)
	}
	if b.strip {
		chars = normalForm{Form: norm.NFD}.decompose(chars)
		kept := chars[:0]
		for _, c := range chars {
			if !isMark(c.r) {
				kept = append(kept, c)
			}
		}
		chars = kept
	}
	if b.lower {
		chars = lowerChars(chars)
	}
	return chars
}

func spaceIdeographs(chars []char) []char {
	n := 0
	for _, c := range chars {
		if isIdeograph(c.r) {
			n++
		}
	}
	if n == 0 {
		return chars
	}
	out := make([]char, 0, len(chars)+2*n)
	for _, c := range chars {
		if isIdeograph(c.r) {
			blank := char{' ', c.from, c.to}
			out = append(out, blank, c, blank)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// lowerChars lowers chars in place; U+0130 alone grows, into i and a dot above.
func lowerChars(chars []char) []char {
	grown := 0
	for i, c := range chars {
		if c.r == 0x130 {
			grown++
		} else {
			chars[i].r = lowerRune(c.r)
		}
	}
	if grown == 0 {
		return chars
	}
	out := make([]char, 0, len(chars)+grown)
	for _, c := range chars {
		if c.r == 0x130 {
			out = append(out, char{'i', c.from, c.to}, char{0x307, c.from, c.to})
		} else {
			out = append(out, c)
		}
	}
	return out
}

// What a byte of ASCII is to BERT.
const (
	asciiWord = iota
	asciiSpace
	asciiPunct
	asciiDrop
)

// asciiClass and asciiLower spare the hot loop its branches.
var asciiClass, asciiLower = asciiTables()

func asciiTables() (class, lower [128]byte) {
	for c := range byte(128) {
		lower[c] = byte(lowerRune(rune(c)))
		switch r := rune(c); {
		case isControl(r): // among them \v and \f, which are white space too
			class[c] = asciiDrop
		case isSpace(r):
			class[c] = asciiSpace
		case isPunct(r):
			class[c] = asciiPunct
		}
	}
	return class, lower
}

// bertWords is the hot path of BERT's pipeline without accent stripping:
// normalisation, splitting and WordPiece in one pass over the text.
type bertWords struct {
	bertText
	model *wordPiece
}

// split appends the pieces of text, whose first byte is at base.
func (b *bertWords) split(w *work, text string, base int32) {
	chars := w.chars[:0]
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			at := base + int32(i)
			i++
			r := rune(c)
			switch asciiClass[c] {
			case asciiWord:
				if b.lower {
					r = rune(asciiLower[c])
				}
				chars = append(chars, char{r, at, at + 1})
			case asciiSpace:
				chars = b.flush(w, chars)
			case asciiPunct:
				chars = b.flush(w, chars)
				chars = b.flush(w, append(chars, char{r, at, at + 1}))
			case asciiDrop:
				switch {
				case b.clean:
				case isSpace(r):
					chars = b.flush(w, chars)
				default:
					chars = append(chars, char{r, at, at + 1})
				}
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		c := char{r, base + int32(i), base + int32(i+n)}
		i += n
		if 0xAC00 <= r && r <= 0xD7A3 { // Hangul syllables: words as they stand
			chars = append(chars, c)
			continue
		}
		switch {
		case b.clean && isControl(r):
		case isSpace(r):
			chars = b.flush(w, chars)
		case b.ideographs && isIdeograph(r):
			chars = b.flush(w, chars)
			if b.lower {
				c.r = lowerRune(r)
			}
			chars = b.flush(w, append(chars, c))
		case b.lower && r == 0x130:
			chars = append(chars, char{'i', c.from, c.to}, char{0x307, c.from, c.to})
		default:
			if b.lower {
				c.r = lowerRune(r)
			}
			if isPunct(c.r) {
				chars = b.flush(w, chars)
				chars = b.flush(w, append(chars, c))
			} else {
				chars = append(chars, c)
			}
		}
	}
	w.chars = b.flush(w, chars)
}

// flush ends a word, and returns the emptied buffer.
func (b *bertWords) flush(w *work, chars []char) []char {
	if len(chars) > 0 {
		b.model.word(w, chars)
	}
	return chars[:0]
}
