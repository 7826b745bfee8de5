package predictors

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// oddSpaces part words; the others are of a word, though nothing is seen of some.
var (
	oddSpaces = []string{" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2003 \u2009", "\v", "\f", "\u2028", "\u205f", "\u0085"}
	oddWords  = []string{"김철수는", "서울역", "앞에서", norm.NFD.String("한국어"), norm.NFD.String("값이"), "café", "cafe\u0301", "👩‍👩‍👧‍👦",
		"🇰🇷", "👍🏽최고", "𝒳𝒴", "a\u200bb", "\ufeff시작", "3.5%", "ㅋㅋㅋ", "…", "漢字", "\u1100\u1161\u11a8", "é́", "“따옴표”", "x"}
)

// drawn is a sentence, and where its words stand as they were put down.
type drawn struct {
	text  string
	words []Word
	tags  []int // 0 O, then B and I of PER and LOC
}

func drawSentence(r *rand.Rand) (d drawn) {
	var b strings.Builder
	at := 0
	write := func(s string) { b.WriteString(s); at += utf8.RuneCountInString(s) }
	if r.IntN(3) == 0 {
		write(oddSpaces[r.IntN(len(oddSpaces))])
	}
	for n := r.IntN(12); n >= 0; n-- {
		w := oddWords[r.IntN(len(oddWords))]
		if r.IntN(4) == 0 {
			w += oddWords[r.IntN(len(oddWords))]
		}
		from := at
		write(w)
		d.words = append(d.words, Word{w, from, at})
		d.tags = append(d.tags, r.IntN(5))
		if n > 0 || r.IntN(3) == 0 {
			write(oddSpaces[r.IntN(len(oddSpaces))])
		}
	}
	d.text = b.String()
	return d
}

var drawnLabels = []string{"O", "PER-B", "PER-I", "LOC-B", "LOC-I"}

// entities merges the drawn tags word by word.
func (d drawn) entities() (all []Span) {
	open := "" // type of the entity that the word before is of
	for i, k := range d.tags {
		kind, begin, _ := strings.Cut(drawnLabels[k], "-")
		switch {
		case k == 0:
			kind = ""
		case begin == "I" && kind == open:
			all[len(all)-1].End = d.words[i].End
		default:
			all = append(all, Span{Type: kind, Start: d.words[i].Start, End: d.words[i].End})
		}
		open = kind
	}
	return all
}

// Entities of 2,000 sentences with odd spaces, decomposed Hangul, joined emoji and
// letters beyond the basic plane stand where their words were put down, and the
// text between their offsets is the entity's.
func TestOffsetsOfOddSentences(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	entities := 0
	for range 2000 {
		d := drawSentence(r)
		words := Words(d.text)
		if len(words) != len(d.words) {
			t.Fatalf("%q: %d words, want %d", d.text, len(words), len(d.words))
		}
		for i, w := range words {
			if w != d.words[i] {
				t.Fatalf("%q: word %d is %+v, want %+v", d.text, i, w, d.words[i])
			}
		}
		a := Answer{Tags: d.tags, TagProbs: make([]float64, len(d.tags)), Kept: len(d.tags)}
		got, want := Spans(d.text, words, a, drawnLabels), d.entities()
		if len(got) != len(want) {
			t.Fatalf("%q %v: %d entities, want %d", d.text, d.tags, len(got), len(want))
		}
		points := []rune(d.text)
		for i, s := range got {
			if w := want[i]; s.Type != w.Type || s.Start != w.Start || s.End != w.End {
				t.Fatalf("%q %v: entity %d is %+v, want %+v", d.text, d.tags, i, s, w)
			}
			if surface := string(points[s.Start:s.End]); surface != s.Text {
				t.Fatalf("%q: entity %d is %q, between its offsets stands %q", d.text, i, s.Text, surface)
			}
			entities++
		}
	}
	if entities < 4000 {
		t.Errorf("%d entities only", entities)
	}
}
