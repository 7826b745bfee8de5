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

// maxLine is the longest line that is read, in bytes: far more than an example
// of any task, and little enough to refuse a file that is no JSON Lines at all.
const maxLine = 16 << 20

// lines reads JSON Lines: one value a line, blank lines skipped.
type lines struct {
	r      *bufio.Reader
	file   string
	line   int    // of the last value
	offset int64  // in bytes, of the last line's first
	behind int64  // of the line behind it
	long   []byte // a line longer than the reader's buffer
}

func newLines(r io.Reader, file string) *lines { return linesBy(1<<16, r, file) }

// linesBy reads so many bytes at a time.
func linesBy(size int, r io.Reader, file string) *lines {
	return &lines{r: bufio.NewReaderSize(r, size), file: file}
}

func (l *lines) fault(err error) error { return &LineError{l.file, l.line, err} }

// next decodes the next value into v; false at the end of the file.
func (l *lines) next(v any) (bool, error) {
	for {
		b, err := l.read()
		l.line++
		if err != nil && err != io.EOF {
			var fault *LineError
			if errors.As(err, &fault) {
				return false, err
			}
			return false, fmt.Errorf("%s: %w", l.file, err)
		}
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

// read returns the next line, valid until the next call; io.EOF with the last.
func (l *lines) read() ([]byte, error) {
	l.offset, l.long = l.behind, l.long[:0]
	for {
		b, err := l.r.ReadSlice('\n')
		l.behind += int64(len(b))
		if err == bufio.ErrBufferFull || len(l.long) > 0 {
			if len(l.long)+len(b) > maxLine {
				return nil, &LineError{l.file, l.line + 1, fmt.Errorf("longer than %d MiB: want one JSON object a line", maxLine>>20)}
			}
			l.long = append(l.long, b...)
			b = l.long
		}
		if err != bufio.ErrBufferFull {
			return b, err
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
