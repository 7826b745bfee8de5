// Package hanbert runs the morphological analyser of HanBERT, a C library, and
// cuts its morphemes into pieces.
package hanbert

import (
	"errors"
	"strings"
	"unicode"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/pieces"
)

// Analyser cuts a text into morphemes, split by blanks.
type Analyser interface {
	analyse(text string) string
}

// Model takes text through the analyser, and each morpheme to pieces.
type Model struct {
	Analyser Analyser
	Words    *pieces.WordPiece
}

// MaxChars is HanBERT's limit to a morpheme's code points.
const MaxChars = 200

// Word takes a whole text to pieces.
func (h *Model) Word(w *pieces.Work, chars []aligned.Char) {
	h.parts(w, hanbertText(chars), moranBuffer-1)
}

// parts takes clean text through the analyser in parts of at most limit bytes. Morphemes are
// longer than the text they come from: where they may not all have fitted into the analyser's answer, the
// part is taken again in halves.
func (h *Model) parts(w *pieces.Work, chars []aligned.Char, limit int) {
	for _, part := range blankSplit(chars, limit) {
		text := string(aligned.AppendText(nil, part))
		answer := h.Analyser.analyse(text)
		if len(answer) > moranBuffer-moranMargin && len(text) > moranMargin {
			h.parts(w, part, len(text)/2)
			continue
		}
		source := part
		for morpheme := range strings.FieldsSeq(answer) {
			var spelled []aligned.Char
			spelled, source = align(morpheme, source)
			h.Words.Word(w, spelled)
		}
	}
}

// hanbertText cleans text as HanBERT's tokenizer does, by the categories of
// Python: code points that are not assigned go too, and line separators stay.
func hanbertText(chars []aligned.Char) []aligned.Char {
	out := make([]aligned.Char, 0, len(chars))
	for _, c := range chars {
		switch r := c.Rune; {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r):
			c.Rune = ' '
			out = append(out, c)
		case r == 0 || r == 0xFFFD || isOther(r):
		case aligned.IsIdeograph(r) || 0x2B820 <= r && r < 0x2B920:
			blank := aligned.Char{Rune: ' ', From: c.From, To: c.To}
			out = append(out, blank, c, blank)
		default:
			out = append(out, c)
		}
	}
	return out
}

// isOther reports the categories of controls, formats, private use, and of what is not assigned.
func isOther(r rune) bool {
	if r < 0x80 {
		return r < 0x20 || r == 0x7F
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
}

// blankSplit cuts chars at blanks into parts of at most limit bytes; a longer
// word is cut where the limit is.
func blankSplit(chars []aligned.Char, limit int) [][]aligned.Char {
	var parts [][]aligned.Char
	for len(chars) > 0 {
		size, end, blank := 0, 0, 0
		for end < len(chars) {
			n := len(string(chars[end].Rune))
			if size+n > limit {
				break
			}
			size += n
			if end++; chars[end-1].Rune == ' ' {
				blank = end
			}
		}
		if end < len(chars) && blank > 0 {
			end = blank
		}
		parts = append(parts, chars[:end])
		chars = chars[end:]
	}
	return parts
}

// align gives a morpheme's characters the offsets of the source they probably
// come from, and returns the source that is left. The analyser marks morphemes
// with ~ and may restore their dictionary form, so this is a guess: characters are matched
// in order, one that is not there has the place of what comes next.
func align(morpheme string, source []aligned.Char) (spelled, rest []aligned.Char) {
	for len(source) > 0 && source[0].Rune == ' ' {
		source = source[1:]
	}
	var last aligned.Char
	for _, r := range morpheme {
		for len(source) > 0 && source[0].Rune == ' ' {
			source = source[1:]
		}
		switch skip := indexRune(source, r); {
		case skip >= 0:
			last = source[skip]
			source = source[skip+1:]
		case len(source) > 0:
			last = source[0]
		}
		spelled = append(spelled, aligned.Char{Rune: r, From: last.From, To: last.To})
	}
	for i := len(spelled) - 2; i >= 0; i-- { // marks before the first match lie at it
		if spelled[i].Rune == '~' {
			spelled[i].From, spelled[i].To = spelled[i+1].From, spelled[i+1].To
		}
	}
	return spelled, source
}

// alignWindow is how many characters of the source a morpheme may have dropped.
const alignWindow = 4

func indexRune(source []aligned.Char, r rune) int {
	for i, c := range source[:min(len(source), alignWindow)] {
		if c.Rune == r {
			return i
		}
	}
	return -1
}

// moranBuffer is the size of the analyser's buffers, with the zero at the end.
const moranBuffer = 102400

// moranMargin is how near to the buffer's end an answer must come to be suspected of being cut.
const moranMargin = 256

var errMoranSystem = errors.New("HanBERT's analyser is a shared library for Linux, which a build with the tag static can't load")
