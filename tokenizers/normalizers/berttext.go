package normalizers

import (
	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// Bert holds BERT's switches of normalisation. Text becomes words: control
// characters dropped, white space made blanks, ideographs set apart, accents
// stripped, letters lowered, then cut at blanks and around punctuation.
type Bert struct {
	Clean, Ideographs, Strip, Lower bool
}

// Normalize returns the normalised text of chars, which it may overwrite.
func (b Bert) Normalize(chars []aligned.Char) []aligned.Char {
	if b.Clean {
		kept := chars[:0]
		for _, c := range chars {
			if aligned.IsControl(c.Rune) {
				continue
			}
			if aligned.IsSpace(c.Rune) {
				c.Rune = ' '
			}
			kept = append(kept, c)
		}
		chars = kept
	}
	if b.Ideographs {
		chars = spaceIdeographs(chars)
	}
	if b.Strip {
		chars = Form{Form: norm.NFD}.decompose(chars)
		kept := chars[:0]
		for _, c := range chars {
			if !aligned.IsMark(c.Rune) {
				kept = append(kept, c)
			}
		}
		chars = kept
	}
	if b.Lower {
		chars = lowerChars(chars)
	}
	return chars
}

func spaceIdeographs(chars []aligned.Char) []aligned.Char {
	n := 0
	for _, c := range chars {
		if aligned.IsIdeograph(c.Rune) {
			n++
		}
	}
	if n == 0 {
		return chars
	}
	out := make([]aligned.Char, 0, len(chars)+2*n)
	for _, c := range chars {
		if aligned.IsIdeograph(c.Rune) {
			blank := aligned.Char{Rune: ' ', From: c.From, To: c.To}
			out = append(out, blank, c, blank)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// lowerChars lowers chars in place; U+0130 alone grows, into i and a dot above.
func lowerChars(chars []aligned.Char) []aligned.Char {
	grown := 0
	for i, c := range chars {
		if c.Rune == 0x130 {
			grown++
		} else {
			chars[i].Rune = aligned.LowerRune(c.Rune)
		}
	}
	if grown == 0 {
		return chars
	}
	out := make([]aligned.Char, 0, len(chars)+grown)
	for _, c := range chars {
		if c.Rune == 0x130 {
			out = append(out, aligned.Char{Rune: 'i', From: c.From, To: c.To}, aligned.Char{Rune: 0x307, From: c.From, To: c.To})
		} else {
			out = append(out, c)
		}
	}
	return out
}
