package predictions

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/tasks"
)

// Writer writes lines of answers in one format.
type Writer struct {
	out   *bufio.Writer
	write func(Line) error
	head  func([]string) error // writes a table's header; nil once it is there, or where there is none
	v     *checkpoints.Voting
	kind  tasks.Kind
	pairs bool // a table has a column of second texts: the first line says so
	words bool
	table bool
}

// The formats of answers.
const (
	JSONL = "jsonl"
	TSV   = "tsv"
	CSV   = "csv"
)

// NewWriter returns a writer of what v answers. A table has a column for the
// words' tags with words, and for second texts if the first line has one. Flush
// comes at the end.
func NewWriter(out io.Writer, format string, v *checkpoints.Voting, words bool) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, 1<<16), v: v, kind: v.Members[0].Kind, words: words,
		table: format != JSONL}
	switch format {
	case JSONL:
		e := json.NewEncoder(w.out)
		e.SetEscapeHTML(false)
		w.write = func(l Line) error { return e.Encode(l) }
		return w, nil
	case CSV:
		c := csv.NewWriter(w.out)
		put := func(row []string) error {
			if err := c.Write(row); err != nil {
				return err
			}
			c.Flush()
			return c.Error()
		}
		w.head, w.write = put, func(l Line) error { return put(w.row(l)) }
		return w, nil
	case TSV:
		put := func(row []string) error {
			for i, f := range row {
				row[i] = oneLine.Replace(f)
			}
			_, err := fmt.Fprintln(w.out, strings.Join(row, "\t"))
			return err
		}
		w.head, w.write = put, func(l Line) error { return put(w.row(l)) }
		return w, nil
	}
	return nil, fmt.Errorf("format %q: want jsonl, tsv or csv", format)
}

// oneLine keeps a text within its field: TSV has no quotation marks.
var oneLine = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// header writes a table's header, once.
func (w *Writer) header() error {
	if w.head == nil {
		return nil
	}
	put := w.head
	w.head = nil
	h := []string{"id", "text"}
	if w.pairs {
		h = append(h, "text_pair")
	}
	switch w.kind {
	case tasks.Tag:
		h = append(h, "entities")
		if w.words {
			h = append(h, "tags")
		}
	case tasks.Classify:
		h = append(h, "pred")
		for _, l := range w.v.Members[0].Labels {
			h = append(h, "prob_"+l)
		}
	default:
		h = append(h, "pred")
	}
	return put(append(h, "truncated"))
}

// row is a line as a table has it: entities as JSON, tags between spaces.
func (w *Writer) row(l Line) []string {
	row := []string{strconv.Itoa(l.ID), l.Text}
	if w.pairs {
		pair := ""
		if l.TextPair != nil {
			pair = *l.TextPair
		}
		row = append(row, pair)
	}
	switch w.kind {
	case tasks.Tag:
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(l.Entities) // plain data into memory
		row = append(row, strings.TrimSpace(b.String()))
		if w.words {
			row = append(row, strings.Join(l.Tags, " "))
		}
	case tasks.Classify:
		row = append(row, fmt.Sprint(l.Pred))
		for _, p := range l.Probs.Values {
			row = append(row, strconv.FormatFloat(p, 'g', -1, 64))
		}
	default:
		row = append(row, strconv.FormatFloat(l.Pred.(float64), 'g', -1, 64))
	}
	return append(row, strconv.FormatBool(l.Truncated))
}

// Write writes a line. What was computed together is brought out together. A table
// whose first text is alone has no room for a pair: that is an error.
func (w *Writer) Write(l Line) error {
	if w.head != nil {
		w.pairs = l.TextPair != nil
	}
	if err := w.header(); err != nil {
		return err
	}
	if w.table && !w.pairs && l.TextPair != nil {
		return fmt.Errorf("text %d: a pair behind texts alone: a table has one header, want --format jsonl", l.ID+1)
	}
	if err := w.write(l); err != nil || !l.last {
		return err
	}
	return w.out.Flush()
}

// Flush brings out what was written. A table without lines is its header.
func (w *Writer) Flush() error {
	if err := w.header(); err != nil {
		return err
	}
	return w.out.Flush()
}
