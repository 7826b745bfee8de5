package results

import (
	"errors"
	"fmt"
	"slices"
)

// MismatchError says that two predictions files are not of the same examples.
type MismatchError struct {
	A, B string // file and line, or file
	Err  error
}

func (e *MismatchError) Error() string { return fmt.Sprintf("%s and %s: %v", e.A, e.B, e.Err) }
func (e *MismatchError) Unwrap() error { return e.Err }

// Align returns b with its rows in the order of a, by id where both files have
// ids, and checks that they are the same examples: as many, and of the same
// gold. kind is the task's; NoAnswer takes a's own. The error is a
// *MismatchError that names the first differing lines.
func Align(a, b *Predictions, kind AnswerKind) (*Predictions, error) {
	if kind == NoAnswer {
		kind = a.Kind
	}
	if !a.Numbered && !b.Numbered {
		b = reordered(a, b)
	}
	for i := range min(len(a.Rows), len(b.Rows)) {
		x, y := a.Rows[i], b.Rows[i]
		var err error
		switch {
		case !a.Numbered && !b.Numbered && x.ID != y.ID:
			err = fmt.Errorf("id %s against %s: want predictions of the same examples", x.ID, y.ID)
		case !sameGold(x.Gold, y.Gold, kind):
			err = fmt.Errorf("gold %s against %s: want predictions of the same examples", quoted(x.Gold), quoted(y.Gold))
		default:
			continue
		}
		return nil, &MismatchError{place(a, i), place(b, i), err}
	}
	if len(a.Rows) != len(b.Rows) {
		longer, n := a, len(b.Rows)
		if len(b.Rows) > len(a.Rows) {
			longer, n = b, len(a.Rows)
		}
		return nil, &MismatchError{a.File, b.File, fmt.Errorf("%d against %d predictions, the first without a counterpart at %s: want predictions of the same examples",
			len(a.Rows), len(b.Rows), place(longer, n))}
	}
	return b, nil
}

// TextsDiffer returns an error that names the first rows of aligned files that
// have the same gold and other text, nil where there are none. Files without
// text do not differ.
func TextsDiffer(a, b *Predictions) error {
	for i, x := range a.Rows {
		s, t := x.Reading(), b.Rows[i].Reading()
		if s != "" && t != "" && s != t {
			return &MismatchError{place(a, i), place(b, i), errors.New("the same gold, and other text")}
		}
	}
	return nil
}

func place(p *Predictions, i int) string { return fmt.Sprintf("%s:%d", p.File, p.Rows[i].Line) }

func quoted(a Answer) string {
	if a.Kind == LabelAnswer {
		return fmt.Sprintf("%q", a.Label)
	}
	return a.String()
}

func sameGold(x, y Answer, kind AnswerKind) bool {
	if kind == LabelAnswer {
		l, okL := x.AsLabel()
		m, okM := y.AsLabel()
		return okL && okM && l == m
	}
	return x.Equal(y)
}

// reordered returns b in a's order if both hold the same ids, each once;
// otherwise b.
func reordered(a, b *Predictions) *Predictions {
	at := make(map[ID]int, len(b.Rows))
	for i, r := range b.Rows {
		at[r.ID] = i
	}
	if len(at) != len(b.Rows) || len(a.Rows) != len(b.Rows) {
		return b
	}
	rows := make([]Prediction, 0, len(b.Rows))
	for _, r := range a.Rows {
		i, ok := at[r.ID]
		if !ok {
			return b
		}
		delete(at, r.ID) // twice in a is not the same ids
		rows = append(rows, b.Rows[i])
	}
	if slices.EqualFunc(rows, b.Rows, func(x, y Prediction) bool { return x.Line == y.Line }) {
		return b
	}
	out := *b
	out.Rows = rows
	return &out
}
