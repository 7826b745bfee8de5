package datasets

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readCSV reads columns between commas under a header. A field may stand in
// quotation marks, and then hold commas, line ends and doubled quotation marks.
// Fields are taken as they are, white space at their ends included.
func readCSV(src Source, columns [][]string, row func(Row) error) (*File, error) {
	c, err := open(src)
	if err != nil {
		return nil, err
	}
	t := &csvTable{content: c, bound: &boundedRecord{r: c.in}}
	t.r = csv.NewReader(t.bound)
	t.r.FieldsPerRecord = -1 // their number is checked below, with the line
	t.r.ReuseRecord = true
	if err := t.header(columns); err != nil {
		c.file.Close()
		return nil, err
	}
	for {
		if err := t.record(row); err == io.EOF {
			break
		} else if err != nil {
			c.file.Close()
			return nil, err
		}
	}
	f, err := c.done()
	if err == nil && f.Rows == f.Blank {
		return nil, c.noRows()
	}
	return f, err
}

// csvTable is a table of CSV while it is read.
type csvTable struct {
	*content
	bound  *boundedRecord
	r      *csv.Reader
	at     []int // where the columns stand that were asked for
	width  int   // how many there are
	next   int   // the line on which the next record begins
	fields []string
}

func (t *csvTable) header(columns [][]string) error {
	header, err := t.r.Read()
	switch {
	case err == io.EOF:
		return t.whole("is empty")
	case err != nil:
		return t.csvError(1, err)
	}
	t.ended(header)
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	at, msg := place(header, columns)
	if text := notText(strings.Join(header, "")); text != "" {
		msg = text
	}
	if msg != "" {
		return &Error{File: t.as, Line: 1, Msg: msg}
	}
	t.at, t.width, t.fields = at, len(header), make([]string, len(at))
	return nil
}

// record reads the next record. Its error is what ends the reading, io.EOF at the
// end.
func (t *csvTable) record(row func(Row) error) error {
	t.bound.reset()
	record, err := t.r.Read()
	var syntax *csv.ParseError
	switch {
	case err == io.EOF:
		return err
	case errors.As(err, &syntax):
		t.Rows++
		t.faults.add(t.csvError(t.next, err))
		return nil
	case err != nil:
		return t.csvError(t.next, err)
	}
	t.Rows++
	t.ended(record)
	if len(record) == 1 && t.width > 1 && strings.TrimFunc(record[0], isSpace) == "" {
		t.Blank++
		return nil
	}
	line, _ := t.r.FieldPos(0)
	if msg := recordFault(record, t.width); msg != "" {
		t.faults.add(&Error{File: t.as, Line: line, Msg: msg})
		return nil
	}
	for k, i := range t.at {
		t.fields[k] = record[i]
	}
	if err := row(Row{Line: line, Number: t.number(), Fields: t.fields}); err != nil {
		t.faults.add(&Error{File: t.as, Line: line, Err: err})
	}
	return nil
}

// ended notes where the next record begins: behind the last field's last line.
func (t *csvTable) ended(record []string) {
	last := len(record) - 1
	line, _ := t.r.FieldPos(last)
	t.next = line + strings.Count(record[last], "\n") + 1
}

// recordFault says what is wrong with a record's fields, or nothing.
func recordFault(record []string, width int) string {
	if n := len(record); n != width {
		msg := fmt.Sprintf("%s, the header has %d", counted(n), width)
		if n > width {
			msg += ": is there a comma outside quotation marks?"
		}
		return msg
	}
	for _, field := range record {
		if msg := notText(field); msg != "" {
			return msg
		}
	}
	return ""
}

// csvError returns a mistake in CSV at its line, or what stopped the reading of the
// record that begins on the given one.
func (c *content) csvError(line int, err error) *Error {
	var e *csv.ParseError
	if !errors.As(err, &e) {
		var at *Error
		if errors.Is(err, errLongRecord) {
			return &Error{File: c.as, Line: line, Err: err}
		}
		if errors.As(c.broken(0, err), &at) {
			return at
		}
		return &Error{File: c.as, Err: err}
	}
	msg := e.Err.Error()
	switch {
	case errors.Is(e.Err, csv.ErrBareQuote):
		msg = fmt.Sprintf("a quotation mark within a field, at byte %d: "+
			"want the field in quotation marks, and this one doubled", e.Column)
	case errors.Is(e.Err, csv.ErrQuote):
		msg = "a quotation mark that is never closed, or text behind a closed one"
	}
	return &Error{File: c.as, Line: e.StartLine, Msg: msg}
}

var errLongRecord = fmt.Errorf("a record longer than %d MiB: is a quotation mark never closed?", mostLine>>20)

// boundedRecord refuses a record of more than mostLine bytes, so that a quotation
// mark that is never closed does not read the whole file as one field.
type boundedRecord struct {
	r    io.Reader
	read int
}

func (b *boundedRecord) reset() { b.read = 0 }

func (b *boundedRecord) Read(p []byte) (int, error) {
	if b.read > mostLine {
		return 0, errLongRecord
	}
	n, err := b.r.Read(p)
	b.read += n
	return n, err
}
