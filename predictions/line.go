// Package predictions answers texts of files without gold: what is read, a line
// of answer for each, and how answers are written.
package predictions

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
)

// Line is the answer to one text, a pair or a sentence of words.
type Line struct {
	ID        int      `json:"id"` // from 0, in the order of the input
	Text      string   `json:"text"`
	TextPair  *string  `json:"text_pair,omitempty"`
	Pred      any      `json:"pred,omitempty"`  // a label, or a number of a regression
	Probs     *Probs   `json:"probs,omitempty"` // of the labels
	Words     []string `json:"words,omitzero"`
	Tags      []string `json:"tags,omitzero"` // of the words
	Entities  *[]Span  `json:"entities,omitempty"`
	Truncated bool     `json:"truncated,omitempty"` // the model saw the text's beginning only

	last bool // of those that were computed together
}

// Span is an entity: code points [Start, End) of the text.
type Span struct {
	Type  string  `json:"type"`
	Start int     `json:"start"`
	End   int     `json:"end"`
	Text  string  `json:"text"`
	Prob  float64 `json:"prob"`
}

// Probs are the labels' probabilities; JSON has them in the order of the labels.
type Probs struct {
	Labels []string
	Values []float64
}

// MarshalJSON writes {label: probability}.
func (p Probs) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, l := range p.Labels {
		if i > 0 {
			b.WriteByte(',')
		}
		for k, v := range []any{l, p.Values[i]} {
			if k > 0 {
				b.WriteByte(':')
			}
			if err := e.Encode(v); err != nil {
				return nil, err
			}
			b.Truncate(b.Len() - 1) // the newline
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Text is what is to be answered.
type Text struct {
	Text  string
	Pair  *string
	Words []string // a sentence that is words already; Text joins them by spaces
}

// Words returns a sentence that is words already.
func Words(words []string) Text {
	return Text{Text: strings.Join(words, " "), Words: append([]string{}, words...)}
}

// InputOf is the text as a predictor reads it, and where its words stand.
func InputOf(kind tasks.Kind, t Text) (predictors.Input, []predictors.Word) {
	if kind != tasks.Tag {
		in := predictors.Input{Text: t.Text}
		if t.Pair != nil {
			in.Pair, in.HasPair = *t.Pair, true
		}
		return in, nil
	}
	words := predictors.Words(t.Text)
	if t.Words != nil {
		words = placed(t.Words)
	}
	return predictors.WordsInput(words), words
}

// placed returns words where they stand when single spaces join them.
func placed(texts []string) []predictors.Word {
	var words []predictors.Word
	at := 0
	for _, w := range texts {
		n := len([]rune(w))
		words = append(words, predictors.Word{Text: w, Start: at, End: at + n})
		at += n + 1
	}
	return words
}

// LineOf is the answer to text number id. answers are the members' of the vote.
func LineOf(v *checkpoints.Voting, id int, t Text, words []predictors.Word, answers []predictors.Answer) Line {
	first := v.Members[0]
	l := Line{ID: id, Text: t.Text, TextPair: t.Pair}
	for _, a := range answers {
		l.Truncated = l.Truncated || a.Truncated
	}
	switch first.Kind {
	case tasks.Regress:
		l.Pred = v.Value(answers)
	case tasks.Tag:
		spans := []Span{}
		for _, s := range predictors.Spans(t.Text, words, answers[0], first.Labels) {
			spans = append(spans, Span(s))
		}
		l.Entities = &spans
		if t.Words != nil {
			l.Words, l.Tags = t.Words, make([]string, len(t.Words))
			for i, tag := range answers[0].Tags {
				l.Tags[i] = first.Labels[tag]
			}
		}
	default:
		label, probs := v.Classes(answers)
		l.Pred, l.Probs = first.Labels[label], &Probs{first.Labels, slices.Clone(probs)}
	}
	return l
}
