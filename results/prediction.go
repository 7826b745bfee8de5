package results

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// Prediction is a model's answer to one example: a line of predictions.jsonl.
type Prediction struct {
	ID       ID        `json:"id"`
	Gold     Answer    `json:"gold"`
	Pred     Answer    `json:"pred"`
	Probs    []float64 `json:"probs,omitempty"` // of the labels, in the task's order
	Text     string    `json:"text,omitempty"`
	TextPair *string   `json:"text_pair,omitempty"`
	Words    []string  `json:"words,omitempty"`
	Kept     *int      `json:"kept,omitempty"` // how many words reached the model: the tags behind them are O. Nil: all

	Line int `json:"-"` // where it was read
}

// Reading returns the example as one text.
func (p Prediction) Reading() string {
	switch {
	case len(p.Words) > 0:
		return strings.Join(p.Words, " ")
	case p.TextPair != nil:
		return p.Text + " ⇔ " + *p.TextPair
	}
	return p.Text
}

// Predictions is a file of predictions, all of one kind.
type Predictions struct {
	File     string
	Kind     AnswerKind
	Numbered bool // the file has no ids: rows are numbered from 0
	Rows     []Prediction
}

// ReadPredictions reads a predictions file. Errors are *LineError.
func ReadPredictions(path string) (*Predictions, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return DecodePredictions(f, path)
}

// DecodePredictions reads predictions from r; file names it in errors. Fields
// that it does not know are ignored, and a line without id gets its number,
// counted from 0.
func DecodePredictions(r io.Reader, file string) (*Predictions, error) {
	p := &Predictions{File: file}
	lines := newLines(r, file)
	for {
		row := Prediction{ID: "\x00"}
		ok, err := lines.next(&row)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		row.Line = lines.line
		if row.ID == "\x00" {
			row.ID = IntID(len(p.Rows))
			p.Numbered = true
		}
		if len(p.Rows) == 0 {
			p.Kind = row.Gold.Kind
		}
		if err := row.check(p.Kind); err != nil {
			return nil, lines.fault(err)
		}
		p.Rows = append(p.Rows, row)
	}
	if len(p.Rows) == 0 {
		return nil, &LineError{File: file, Line: 1, Err: fmt.Errorf("no predictions: want one JSON object a line")}
	}
	return p, nil
}

func (p *Prediction) check(kind AnswerKind) error {
	for _, a := range []struct {
		name string
		kind AnswerKind
	}{{"gold", p.Gold.Kind}, {"pred", p.Pred.Kind}} {
		if a.kind == NoAnswer {
			return fmt.Errorf("no %q", a.name)
		}
		if a.kind != kind && (a.kind == TagsAnswer || kind == TagsAnswer) {
			return fmt.Errorf("%q is %s: want %s", a.name, a.kind, kind)
		}
	}
	if kind != TagsAnswer {
		return nil
	}
	n := len(p.Gold.Tags)
	switch {
	case len(p.Pred.Tags) != n:
		return fmt.Errorf("%d gold tags, %d predicted", n, len(p.Pred.Tags))
	case p.Words != nil && len(p.Words) != n:
		return fmt.Errorf("%d words, %d tags", len(p.Words), n)
	case p.Kept != nil && (*p.Kept < 0 || *p.Kept > n):
		return fmt.Errorf("\"kept\" is %d: want 0 to %d", *p.Kept, n)
	}
	return nil
}
