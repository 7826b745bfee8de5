package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// LineError is a fault in a JSON Lines file.
type LineError struct {
	File string
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// lines reads JSON Lines: one value a line, blank lines skipped.
type lines struct {
	r    *bufio.Reader
	file string
	line int // of the last value
}

func newLines(r io.Reader, file string) *lines {
	return &lines{r: bufio.NewReaderSize(r, 1<<16), file: file}
}

func (l *lines) fault(err error) error { return &LineError{l.file, l.line, err} }

// next decodes the next value into v; false at the end of the file.
func (l *lines) next(v any) (bool, error) {
	for {
		b, err := l.r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return false, fmt.Errorf("%s: %w", l.file, err)
		}
		l.line++
		if l.line == 1 {
			b = bytes.TrimPrefix(b, []byte("\ufeff"))
		}
		if text := bytes.TrimSpace(b); len(text) > 0 {
			return true, l.decode(text, v)
		}
		if err == io.EOF {
			return false, nil
		}
	}
}

func (l *lines) decode(text []byte, v any) error {
	if !utf8.Valid(text) {
		return l.fault(errors.New("not UTF-8"))
	}
	err := json.Unmarshal(text, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field == "":
		return l.fault(fmt.Errorf("%s: want a JSON object", wrong.Value))
	case errors.As(err, &wrong):
		return l.fault(fmt.Errorf("%q is %s: want %s", wrong.Field, wrong.Value, wrong.Type))
	}
	return l.fault(err)
}

// lineWriter writes JSON Lines.
type lineWriter struct{ w *bufio.Writer }

func (l lineWriter) write(v any) error {
	b, err := encode(v, "")
	if err != nil {
		return err
	}
	l.w.Write(b)
	return l.w.WriteByte('\n')
}
