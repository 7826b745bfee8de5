package datasets

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
)

// text is a file's text while it is read line by line.
type text struct {
	*content
	buf   []byte
	line  int // number of the last line, from 1
	blank int // lines of white space since the last one that is not
	err   error
}

// openText begins to read a file's lines.
func openText(src Source) (*text, error) {
	c, err := open(src)
	if err != nil {
		return nil, err
	}
	return &text{content: c}, nil
}

// next returns the next line without its end, which is LF, CRLF or CR, as
// Python's universal newlines have it. Of a line longer than mostLine it returns
// the beginning, one byte more than that.
func (t *text) next() (line string, ok bool) {
	t.buf = t.buf[:0]
	for {
		if _, err := t.in.Peek(1); err != nil {
			if err != io.EOF {
				t.err = t.broken(t.line+1, err)
			}
			if t.err != nil || len(t.buf) == 0 {
				return "", false
			}
			break
		}
		there, _ := t.in.Peek(t.in.Buffered())
		end := bytes.IndexAny(there, "\r\n")
		part := there
		if end >= 0 {
			part = there[:end]
		}
		if room := mostLine + 1 - len(t.buf); len(part) > room {
			part = part[:room]
		}
		t.buf = append(t.buf, part...)
		if end < 0 {
			t.discard(len(there))
			continue
		}
		cr := there[end] == '\r'
		t.discard(end + 1)
		if cr {
			if after, _ := t.in.Peek(1); len(after) == 1 && after[0] == '\n' {
				t.discard(1)
			}
		}
		break
	}
	t.line++
	return string(t.buf), true
}

// discard passes over n bytes that are in the buffer.
func (t *text) discard(n int) { _, _ = t.in.Discard(n) }

// row returns the next line that is not blank and holds text. Blank lines are
// counted once another one follows.
func (t *text) row() (string, bool) {
	for {
		line, ok := t.next()
		if !ok {
			return "", false
		}
		if strings.TrimFunc(line, isSpace) == "" {
			t.blank++
			continue
		}
		t.Rows += t.blank + 1
		t.Blank += t.blank
		t.blank = 0
		if err := t.check(line); err != nil {
			t.faults.add(err)
			continue
		}
		return line, true
	}
}

// empty reports whether nothing but white space is left.
func (t *text) empty() bool {
	for {
		line, ok := t.next()
		if !ok {
			return true
		}
		if strings.TrimFunc(line, isSpace) != "" {
			return false
		}
	}
}

// check refuses a line that is no text.
func (t *text) check(line string) *Error {
	if msg := notText(line); msg != "" {
		return t.errorf(msg)
	}
	return nil
}

// notText says why a line or a record is no text, or nothing.
func notText(s string) string {
	switch {
	case len(s) > mostLine:
		return fmt.Sprintf("longer than %d MiB", mostLine>>20)
	case !utf8.ValidString(s):
		return Encoding(s)
	case strings.IndexByte(s, 0) >= 0:
		return "a NUL byte"
	}
	return ""
}

// Encoding says of text that is no UTF-8 what it seems to be.
func Encoding(s string) string {
	if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		return "is UTF-16: want UTF-8, as 'iconv -f UTF-16 -t UTF-8' makes it"
	}
	if isCP949(s) {
		return "invalid UTF-8, and it looks like CP949 (EUC-KR): want UTF-8, as 'iconv -f CP949 -t UTF-8' makes it"
	}
	return "invalid UTF-8: want UTF-8 text"
}

// isCP949 reports whether s, which is no UTF-8, is Korean text in CP949.
func isCP949(s string) bool {
	decoded, err := korean.EUCKR.NewDecoder().String(s)
	if err != nil {
		return false
	}
	hangul := false
	for _, r := range decoded {
		if r == utf8.RuneError {
			return false
		}
		hangul = hangul || unicode.Is(unicode.Hangul, r)
	}
	return hangul
}

// errorf returns an error at the last line.
func (t *text) errorf(msg string) *Error { return &Error{File: t.as, Line: t.line, Msg: msg} }

// finish is done, but for an error of reading that stopped it.
func (t *text) finish() (*File, error) {
	f, err := t.done()
	if t.err != nil {
		return nil, t.err
	}
	return f, err
}

// isSpace is what Python's str.strip and str.split take for white space:
// Unicode's, and four control characters that separate records.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}
