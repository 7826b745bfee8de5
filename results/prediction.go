package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/lmkor/bench/internal/regular"
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
}

// MarshalJSON writes the fields that the kind of answer has: an empty text is a
// text all the same, and only sentences of words have none.
func (p Prediction) MarshalJSON() ([]byte, error) {
	type fields Prediction
	line := struct {
		fields
		Text     *string  `json:"text,omitempty"`
		TextPair *string  `json:"text_pair,omitempty"`
		Words    []string `json:"words,omitempty"`
		Kept     *int     `json:"kept,omitempty"`
	}{fields: fields(p), TextPair: p.TextPair, Words: p.Words, Kept: p.Kept}
	if p.Words == nil || p.Text != "" {
		line.Text = &p.Text
	}
	return Encode(line, "")
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

// Right reports whether the answer is gold's. Words that the model never saw
// count as predicted O.
func (p Prediction) Right() bool {
	if p.Gold.Kind != TagsAnswer {
		gold, _ := p.Gold.AsLabel()
		pred, _ := p.Pred.AsLabel()
		return gold == pred
	}
	for i, tag := range p.Gold.Tags {
		pred := p.Pred.Tags[i]
		if p.Kept != nil && i >= *p.Kept {
			pred = "O"
		}
		if pred != tag {
			return false
		}
	}
	return true
}

// noID marks a line without id: no JSON string becomes it.
const noID ID = "\x00none"

// scanned is a prediction where it stands in its file.
type scanned struct {
	Prediction
	numbered bool // the line has no id: ID is its number, from 0
	line     int
	offset   int64           // of the line's first byte
	column   json.RawMessage // the column asked for; nil where the line lacks it
}

// scan reads predictions from r and calls each on every one; file names r in
// errors, which are *LineError. Fields that it does not know are ignored, but
// for column, where that is not "". row is reused.
func scan(r io.Reader, file, column string, each func(row *scanned) error) error {
	lines := newLines(r, file)
	var kind AnswerKind
	for n := 0; ; n++ {
		row := scanned{Prediction: Prediction{ID: noID}}
		var v any = &row.Prediction
		if column != "" {
			v = &withColumn{&row, column}
		}
		ok, err := lines.next(v)
		if err != nil {
			return err
		}
		if !ok {
			if n == 0 {
				return &LineError{File: file, Line: 1, Err: fmt.Errorf("no predictions: want one JSON object a line")}
			}
			return nil
		}
		row.line, row.offset = lines.line, lines.offset
		if row.ID == noID {
			row.ID, row.numbered = IntID(n), true
		}
		if n == 0 {
			kind = row.Gold.Kind
		}
		if err := row.check(kind); err != nil {
			return lines.fault(err)
		}
		if err := each(&row); err != nil {
			return lines.fault(err)
		}
	}
}

// withColumn decodes a prediction and one more of its fields.
type withColumn struct {
	row  *scanned
	name string
}

func (c *withColumn) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &c.row.Prediction); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	c.row.column = all[c.name]
	return nil
}

// EachPrediction calls each on every prediction of a file, in order, and holds
// one at a time. Errors of the file are *LineError, an error of each ends the
// reading.
func EachPrediction(path string, each func(Prediction) error) error {
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return scan(f, path, "", func(row *scanned) error { return each(row.Prediction) })
}

// predictionAt reads the one prediction whose line begins at offset.
func predictionAt(f io.ReaderAt, offset int64) (Prediction, error) {
	l := linesBy(1<<12, io.NewSectionReader(f, offset, maxLine+1), "")
	b, err := l.read()
	if err != nil && err != io.EOF {
		return Prediction{}, err
	}
	var p Prediction
	err = json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &p)
	return p, err
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
