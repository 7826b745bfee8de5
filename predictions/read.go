package predictions

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/datasets"
)

// maxLine bounds a line of input: a text of a hundred thousand words.
const maxLine = 1 << 20

// Columns says where in a table the texts stand: names in its header, or among
// the fields of JSON Lines.
type Columns struct {
	Text, Pair string // Pair "": texts alone
}

// Form is what a line or a column holds.
type Form int

// The forms.
const (
	Pairs  Form = iota // of a line: a text, or two with a tab between
	Alone              // a text, in which a tab is white space
	Worded             // words between white space
)

// Lines yields the lines of a stream as texts. name is how errors call the stream.
func Lines(in io.Reader, name string, form Form) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		r := bufio.NewReaderSize(in, 1<<16)
		for n := 1; ; n++ {
			line, err := readLine(r)
			if line == "" && err == io.EOF {
				return
			}
			if err != nil && err != io.EOF {
				if errors.Is(err, io.ErrUnexpectedEOF) {
					err = errors.New("the compressed file is cut off")
				}
				yield(Text{}, fmt.Errorf("%s:%d: %w", name, n, err))
				return
			}
			line = strings.TrimRight(line, "\r\n")
			if n == 1 {
				line = strings.TrimPrefix(line, "\ufeff")
			}
			t, err := textOf(line, form)
			if archive := datasets.Archive([]byte(line)); err != nil && n == 1 && archive != "" {
				err = errors.New(archive)
			}
			if err != nil {
				err = fmt.Errorf("%s:%d: %w", name, n, err)
			}
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}

var errLongLine = fmt.Errorf("a line of more than %d bytes: want one text a line", maxLine)

// readLine returns the next line with its end; the last one may have none.
func readLine(r *bufio.Reader) (string, error) {
	var all []byte
	for {
		part, err := r.ReadSlice('\n')
		all = append(all, part...)
		if len(all) > maxLine {
			return "", errLongLine
		}
		if err != bufio.ErrBufferFull {
			return string(all), err
		}
	}
}

func textOf(line string, form Form) (Text, error) {
	if !utf8.ValidString(line) {
		return Text{}, errors.New(datasets.Encoding(line))
	}
	switch form {
	case Worded:
		return Words(strings.Fields(line)), nil
	case Alone:
		return Text{Text: line}, nil
	}
	text, pair, isPair := strings.Cut(line, "\t")
	if !isPair {
		return Text{Text: text}, nil
	}
	if strings.Contains(pair, "\t") {
		return Text{}, errors.New("two tabs: want a text, or a pair with one tab between")
	}
	return Text{Text: text, Pair: &pair}, nil
}

// errStop ends a reader whose texts are not wanted any more.
var errStop = errors.New("stop")

// File yields the texts of a file: the columns of a table in the format that its
// name means (TSV, CSV or JSON Lines, compressed by gzip or not), or without
// columns its lines. Words are those between white space, or a list of JSON Lines.
// The texts before the first bad row come, then an error that names all bad rows.
func File(path string, c Columns, form Form) iter.Seq2[Text, error] {
	if c.Text == "" {
		return plainFile(path, form)
	}
	return func(yield func(Text, error) bool) {
		columns := [][]string{{c.Text}}
		if c.Pair != "" {
			columns = append(columns, []string{c.Pair})
		}
		src := datasets.Source{FS: os.DirFS(filepath.Dir(path)), Path: filepath.Base(path), As: path,
			Empty: true, Lists: form == Worded, Endless: true}
		stopped, next := false, 0
		_, err := datasets.ReadTable(src, columns, func(row datasets.Row) error {
			if stopped {
				return errStop
			}
			if row.Number != next { // behind a bad row, which the error names
				return nil
			}
			next++
			t := Text{Text: row.Fields[0]}
			if form == Worded {
				t = Words(row.Words)
				if row.Words == nil {
					t = Words(strings.Fields(row.Fields[0]))
				}
			}
			if c.Pair != "" {
				pair := row.Fields[1]
				t.Pair = &pair
			}
			stopped = !yield(t, nil)
			return nil
		})
		if err != nil && !stopped && !errors.Is(err, datasets.ErrNoRows) {
			yield(Text{}, err)
		}
	}
}

func plainFile(path string, form Form) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		format, gzipped := datasets.FormatOf(path)
		if format == datasets.CSV || format == datasets.JSONLines {
			yield(Text{}, fmt.Errorf("%s: name the column of the texts with --text", path))
			return
		}
		f, err := os.Open(path)
		if err != nil {
			yield(Text{}, err)
			return
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			yield(Text{}, fmt.Errorf("%s is a folder: want a file of texts", path))
			return
		}
		var in io.Reader = f
		if gzipped {
			if in, err = gzip.NewReader(f); err != nil {
				yield(Text{}, fmt.Errorf("%s: is not compressed by gzip, as its name says", path))
				return
			}
		}
		for t, err := range Lines(in, path, form) {
			if !yield(t, err) {
				return
			}
		}
	}
}

// All yields the texts of several sources, one after the other.
func All(sources ...iter.Seq2[Text, error]) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		for _, s := range sources {
			for t, err := range s {
				if !yield(t, err) {
					return
				}
			}
		}
	}
}
