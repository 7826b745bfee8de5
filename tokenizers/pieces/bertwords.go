package pieces

import (
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/normalizers"
)

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
		lower[c] = byte(aligned.LowerRune(rune(c)))
		switch r := rune(c); {
		case aligned.IsControl(r): // among them \v and \f, which are white space too
			class[c] = asciiDrop
		case aligned.IsSpace(r):
			class[c] = asciiSpace
		case aligned.IsPunct(r):
			class[c] = asciiPunct
		}
	}
	return class, lower
}

// BertWords is the hot path of BERT's pipeline without accent stripping:
// normalisation, splitting and WordPiece in one pass over the text.
type BertWords struct {
	normalizers.Bert
	Model *WordPiece
}

// Split appends the pieces of text, whose first byte is at base.
func (b *BertWords) Split(w *Work, text string, base int32) {
	chars := w.Chars[:0]
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			at := base + int32(i)
			i++
			r := rune(c)
			switch asciiClass[c] {
			case asciiWord:
				if b.Lower {
					r = rune(asciiLower[c])
				}
				chars = append(chars, aligned.Char{Rune: r, From: at, To: at + 1})
			case asciiSpace:
				chars = b.flush(w, chars)
			case asciiPunct:
				chars = b.flush(w, chars)
				chars = b.flush(w, append(chars, aligned.Char{Rune: r, From: at, To: at + 1}))
			case asciiDrop:
				switch {
				case b.Clean:
				case aligned.IsSpace(r):
					chars = b.flush(w, chars)
				default:
					chars = append(chars, aligned.Char{Rune: r, From: at, To: at + 1})
				}
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		c := aligned.Char{Rune: r, From: base + int32(i), To: base + int32(i+n)}
		i += n
		if 0xAC00 <= r && r <= 0xD7A3 { // Hangul syllables: words as they stand
			chars = append(chars, c)
			continue
		}
		switch {
		case b.Clean && aligned.IsControl(r):
		case aligned.IsSpace(r):
			chars = b.flush(w, chars)
		case b.Ideographs && aligned.IsIdeograph(r):
			chars = b.flush(w, chars)
			if b.Lower {
				c.Rune = aligned.LowerRune(r)
			}
			chars = b.flush(w, append(chars, c))
		case b.Lower && r == 0x130:
			chars = append(chars, aligned.Char{Rune: 'i', From: c.From, To: c.To}, aligned.Char{Rune: 0x307, From: c.From, To: c.To})
		default:
			if b.Lower {
				c.Rune = aligned.LowerRune(r)
			}
			if aligned.IsPunct(c.Rune) {
				chars = b.flush(w, chars)
				chars = b.flush(w, append(chars, c))
			} else {
				chars = append(chars, c)
			}
		}
	}
	w.Chars = b.flush(w, chars)
}

// flush ends a word, and returns the emptied buffer.
func (b *BertWords) flush(w *Work, chars []aligned.Char) []aligned.Char {
	if len(chars) > 0 {
		b.Model.Word(w, chars)
	}
	return chars[:0]
}
