package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File is what is known of a file once it has been read.
type File struct {
	Name   string // base name
	SHA256 string // of its bytes
	Rows   int    // lines, blank ones included, the header and blank lines at the end not
	Blank  int    // lines of white space alone, which are passed over
}

// text is a file's text while it is read line by line.
type text struct {
	File
	rest   string
	line   int // number of the last line, from 1
	faults Faults
}

// open reads name from fsys. A byte order mark is dropped. A directory and an
// empty file are errors.
func open(fsys fs.FS, name string) (*text, error) {
	base := path.Base(name)
	if info, err := fs.Stat(fsys, name); err == nil && info.IsDir() {
		return nil, &Error{File: base, Msg: "is a directory, want a file"}
	}
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, &Error{File: name, Err: err}
	}
	sum := sha256.Sum256(raw)
	t := &text{File: File{Name: base, SHA256: hex.EncodeToString(sum[:])}}
	t.rest = strings.TrimPrefix(string(raw), "\ufeff")
	used := len(strings.TrimRightFunc(t.rest, isSpace))
	if used == 0 {
		return nil, &Error{File: base, Msg: "is empty"}
	}
	if end := strings.IndexAny(t.rest[used:], "\r\n"); end >= 0 {
		t.rest = t.rest[:used+end]
	}
	return t, nil
}

// next returns the next line without its end, which is LF, CRLF or CR, as
// Python reads text files. It returns false after the last.
func (t *text) next() (string, bool) {
	if t.rest == "" {
		return "", false
	}
	t.line++
	line := t.rest
	end := strings.IndexAny(line, "\r\n")
	if end < 0 {
		t.rest = ""
		return line, true
	}
	after := end + 1
	if line[end] == '\r' && strings.HasPrefix(line[after:], "\n") {
		after++
	}
	t.rest = line[after:]
	return line[:end], true
}

// row returns the next line that is not blank and holds text.
func (t *text) row() (string, bool) {
	for {
		line, ok := t.next()
		if !ok {
			return "", false
		}
		t.Rows++
		if strings.TrimFunc(line, isSpace) == "" {
			t.Blank++
			continue
		}
		if err := t.check(line); err != nil {
			t.faults.add(err)
			continue
		}
		return line, true
	}
}

// check refuses a line that is no text.
func (t *text) check(line string) *Error {
	if !utf8.ValidString(line) {
		return t.errorf("invalid UTF-8")
	}
	if strings.IndexByte(line, 0) >= 0 {
		return t.errorf("a NUL byte")
	}
	return nil
}

// errorf returns an error at the last line.
func (t *text) errorf(msg string) *Error { return &Error{File: t.Name, Line: t.line, Msg: msg} }

// done returns the file if no row of it is bad.
func (t *text) done() (*File, error) {
	if err := t.faults.err(); err != nil {
		return nil, err
	}
	return &t.File, nil
}

// isSpace is what Python's str.strip and str.split take for white space:
// Unicode's, and four control characters that separate records.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}
