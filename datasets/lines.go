package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File is a whole file: its lines, checked and without white space at their
// ends, as the reference recipe reads them, and the sum of its bytes.
type File struct {
	Name   string // base name
	SHA256 string
	Lines  []string
}

// Read reads name from fsys and splits it into lines at LF or CRLF. A byte order
// mark is dropped. A directory, an empty file, a NUL and invalid UTF-8 are
// errors, with the line where there is one.
func Read(fsys fs.FS, name string) (*File, error) {
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
	lines, err := split(base, raw)
	if err != nil {
		return nil, err
	}
	return &File{Name: base, SHA256: hex.EncodeToString(sum[:]), Lines: lines}, nil
}

func split(base string, raw []byte) ([]string, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, &Error{File: base, Msg: "is empty"}
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	for i, l := range lines {
		if !utf8.ValidString(l) {
			return nil, &Error{File: base, Line: i + 1, Msg: "invalid UTF-8"}
		}
		if strings.IndexByte(l, 0) >= 0 {
			return nil, &Error{File: base, Line: i + 1, Msg: "a NUL byte"}
		}
		lines[i] = strings.TrimFunc(l, isSpace)
	}
	return lines, nil
}

// isSpace is what Python's str.strip and str.split take for white space:
// Unicode's, and four control characters that separate records.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}
