package predictors

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lmkor/bench/metrics"
)

// Word is a word of a text and where it stands: code points [Start, End).
type Word struct {
	Text       string
	Start, End int
}

// Words cuts a text at white space, as the words of tagged sentences are. A byte
// that is no UTF-8 counts as one code point.
func Words(text string) []Word {
	var all []Word
	begin, from, at := -1, 0, 0 // byte and code point where the word begins; code points passed
	for i, r := range text {
		switch space := unicode.IsSpace(r); {
		case space && begin >= 0:
			all = append(all, Word{text[begin:i], from, at})
			begin = -1
		case !space && begin < 0:
			begin, from = i, at
		}
		at++
	}
	if begin >= 0 {
		all = append(all, Word{text[begin:], from, at})
	}
	return all
}

// WordsInput returns words as an input of Tags.
func WordsInput(words []Word) Input {
	in := Input{Words: make([]string, len(words))}
	for i, w := range words {
		in.Words[i] = w.Text
	}
	return in
}

// Span is an entity in a text: code points [Start, End), which hold whole words.
type Span struct {
	Type       string
	Start, End int
	Text       string  // as it stands in the text, white space between words included
	Prob       float64 // the mean of its words' tags
}

// Spans merges the tags that an answer gives the words of a text into entities. A
// tag is O, or a type with B or I before or behind it; an I that continues no
// entity of its type begins one. labels are the names of the tags.
func Spans(text string, words []Word, a Answer, labels []string) []Span {
	tags := make([]string, a.Kept)
	for i := range tags {
		tags[i] = labels[a.Tags[i]]
	}
	var all []Span
	for _, e := range metrics.Entities(tags, metrics.Lenient) {
		s := Span{Type: e.Type, Start: words[e.First].Start, End: words[e.Last].End}
		for i := e.First; i <= e.Last; i++ {
			s.Prob += a.TagProbs[i] / float64(e.Last-e.First+1)
		}
		s.Text = codePoints(text, s.Start, s.End)
		all = append(all, s)
	}
	return all
}

// codePoints returns code points from start to end of text.
func codePoints(text string, start, end int) string {
	var b strings.Builder
	for at := 0; at < end && text != ""; at++ {
		_, size := utf8.DecodeRuneInString(text)
		if at >= start {
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}
