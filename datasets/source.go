package datasets

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
)

// Source is a file to read.
type Source struct {
	FS   fs.FS
	Path string // within FS; its extension tells the format
	As   string // how errors call the file; none: Path's base name

	Empty bool // of TSV: a column that is empty at a line's end is there, as for texts without gold it may be
	Lists bool // of JSON Lines: the first column may be a list of strings, which is Row.Words

	Endless bool // a compressed file may hold any amount of text: none of its rows is kept
}

// File is what is known of a file once it has been read.
type File struct {
	Name   string // base name
	Format Format
	Gzip   bool   // the file is compressed
	SHA256 string // of its bytes as they lie there
	Rows   int    // records, blank lines between them included; the header and blank lines at the end not
	Blank  int    // lines of white space alone, which are passed over
}

// The most that is read of a file, so that memory is bounded by what a file of
// examples can honestly need.
const (
	mostLine = 1 << 20 // bytes of a line, or of a record of CSV
	mostText = 4 << 30 // bytes of what a compressed file holds
)

// content is a file while it is read. Its bytes are hashed as they pass.
type content struct {
	File
	as     string // how errors call it
	in     *bufio.Reader
	file   fs.File
	raw    io.Reader // the file's own bytes, on their way into sum
	sum    hash.Hash
	faults Faults
}

// open begins to read a file. A byte order mark is dropped. What is no regular
// file, and what is no UTF-8 by its first bytes, is an error.
func open(src Source) (*content, error) {
	c := &content{File: File{Name: path.Base(src.Path)}, as: src.As, sum: sha256.New()}
	if c.as == "" {
		c.as = c.Name
	}
	c.Format, c.Gzip = FormatOf(src.Path)
	if err := c.openFile(src); err != nil {
		return nil, err
	}
	err := c.uncompress(src.Endless)
	if err == nil {
		err = c.sniff()
	}
	if err != nil {
		c.file.Close()
		return nil, err
	}
	return c, nil
}

func (c *content) openFile(src Source) error {
	info, err := fs.Stat(src.FS, src.Path) // before it is opened: opening a pipe waits for its writer
	if err == nil {
		if msg := notRegular(info.Mode()); msg != "" {
			return c.whole(msg)
		}
		c.file, err = src.FS.Open(src.Path)
	}
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		as := src.As
		if as == "" {
			as = src.Path
		}
		return &Error{File: as, Err: err}
	}
	c.raw = io.TeeReader(c.file, c.sum)
	c.in = bufio.NewReaderSize(c.raw, 1<<16)
	return nil
}

// notRegular says what stands in a file's place, or nothing.
func notRegular(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "is a directory, want a file"
	case m&fs.ModeNamedPipe != 0:
		return "is a pipe, want a file: it is read more than once"
	case m&fs.ModeSocket != 0:
		return "is a socket, want a file"
	case m&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		return "is a device, want a file"
	case !m.IsRegular():
		return "is no regular file"
	}
	return ""
}

// uncompress reads through gzip where the name says so.
func (c *content) uncompress(endless bool) error {
	begin, _ := c.in.Peek(4)
	if !c.Gzip {
		return c.refuseArchive(begin)
	}
	if len(begin) == 0 {
		return c.whole("is empty")
	}
	z, err := gzip.NewReader(c.in)
	if err != nil {
		return c.whole("is not compressed by gzip, as its name says")
	}
	var text io.Reader = z
	if !endless {
		text = &limited{z, mostText}
	}
	c.in = bufio.NewReaderSize(text, 1<<16)
	begin, _ = c.in.Peek(4)
	return c.refuseArchive(begin)
}

// refuseArchive names the compressed files that are taken for text.
func (c *content) refuseArchive(begin []byte) error {
	if msg := Archive(begin); msg != "" {
		return c.whole(msg)
	}
	return nil
}

// Archive says what a file is whose first bytes are no text, as far as they tell; else
// nothing.
func Archive(begin []byte) string {
	for _, a := range []struct{ magic, msg string }{
		{"\x1f\x8b", "is compressed by gzip: give it a name that ends in " + Gzipped},
		{"PK\x03\x04", "is a zip archive, or a sheet of Excel: want text"},
		{"\x28\xb5\x2f\xfd", "is compressed by zstd: want text, or gzip"},
		{"\xfd7zX", "is compressed by xz: want text, or gzip"},
		{"BZh", "is compressed by bzip2: want text, or gzip"},
		{"PAR1", "is a Parquet file: want text"},
	} {
		if bytes.HasPrefix(begin, []byte(a.magic)) {
			return a.msg
		}
	}
	return ""
}

// sniff drops a byte order mark and names text in UTF-16.
func (c *content) sniff() error {
	begin, err := c.in.Peek(4)
	if len(begin) == 0 && err != nil && err != io.EOF {
		return c.broken(0, err)
	}
	switch {
	case bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")):
		_, err = c.in.Discard(3)
		return err
	case bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")),
		len(begin) == 4 && (begin[0] == 0 && begin[1] != 0 && begin[2] == 0 || begin[1] == 0 && begin[0] != 0 && begin[3] == 0):
		return c.whole("is UTF-16: want UTF-8, as 'iconv -f UTF-16 -t UTF-8' makes it")
	}
	return nil
}

// whole returns an error of the file as a whole.
func (c *content) whole(msg string) error { return &Error{File: c.as, Msg: msg} }

// broken returns the error of a file that ends before it should.
func (c *content) broken(line int, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the compressed file is cut off")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		err = errors.New("the compressed file is damaged")
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &Error{File: c.as, Line: line, Err: err}
}

// done closes the file and returns what is known of it, if no row of it is bad.
func (c *content) done() (*File, error) {
	_, err := io.Copy(io.Discard, c.raw) // what is left belongs to the sum
	c.file.Close()
	if err != nil {
		return nil, c.broken(0, err)
	}
	if err := c.faults.err(); err != nil {
		return nil, err
	}
	c.SHA256 = hex.EncodeToString(c.sum.Sum(nil))
	return &c.File, nil
}

// limited is a reader that fails behind so many bytes.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("more than %d GiB of text", mostText>>30)
	}
	return n, err
}
