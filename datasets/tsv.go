package datasets

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Row is one line of a table, the columns that were asked for.
type Row struct {
	Line   int // in the file, from 1
	Fields []string
}

// Table is a file of tab-separated columns under a header.
type Table struct {
	File   string
	SHA256 string
	Rows   []Row
}

// ReadTSV reads a file by the reference recipe's rules: lines stripped, split at
// tabs, quotation marks left alone. Each of columns is found in the header by
// the first of its names that is there. Blank lines are passed over; a line too
// short for a column is an *Error.
func ReadTSV(fsys fs.FS, name string, columns ...[]string) (*Table, error) {
	f, err := Read(fsys, name)
	if err != nil {
		return nil, err
	}
	at, err := f.header(columns)
	if err != nil {
		return nil, err
	}
	t := &Table{File: f.Name, SHA256: f.SHA256}
	for i, line := range f.Lines[1:] {
		if line == "" {
			continue
		}
		cells := strings.Split(line, "\t")
		row := Row{Line: i + 2, Fields: make([]string, len(at))}
		for k, c := range at {
			if c >= len(cells) {
				return nil, &Error{File: f.Name, Line: row.Line,
					Msg: fmt.Sprintf("%d columns, want at least %d for %q", len(cells), c+1, columns[k][0])}
			}
			row.Fields[k] = cells[c]
		}
		t.Rows = append(t.Rows, row)
	}
	if t.Rows == nil {
		return nil, &Error{File: f.Name, Msg: "has a header and no rows"}
	}
	return t, nil
}

// header returns where each column stands.
func (f *File) header(columns [][]string) ([]int, error) {
	cells := strings.Split(f.Lines[0], "\t")
	for i, c := range cells {
		if k := slices.Index(cells, c); k != i {
			return nil, &Error{File: f.Name, Line: 1, Msg: fmt.Sprintf("column %q twice", c)}
		}
	}
	at := make([]int, len(columns))
	for k, names := range columns {
		at[k] = slices.IndexFunc(cells, func(c string) bool { return slices.Contains(names, c) })
		if at[k] < 0 {
			return nil, &Error{File: f.Name, Line: 1,
				Msg: fmt.Sprintf("no column %q: the header has %s", strings.Join(names, `" or "`), quoted(cells))}
		}
	}
	return at, nil
}

// quoted lists words for a message, not too many of them.
func quoted(words []string) string {
	const most = 12
	var b strings.Builder
	for i, w := range words {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(words)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", w)
	}
	return b.String()
}
