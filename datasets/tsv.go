package datasets

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Row is a line of a table: the columns that were asked for, in that order.
type Row struct {
	Line   int      // in the file, from 1
	Fields []string // valid until the function that got the row returns; its strings stay
}

// ReadTSV reads a table of tab-separated columns under a header, and calls row
// with every line of it. Each of columns is found in the header by the first of
// its names that is there.
//
// It reads as the reference recipe does: lines are stripped of white space and
// split at tabs, quotation marks are left alone. So an empty column at a line's
// end is none; one at its beginning still counts, since without it the others
// would be taken for their neighbours.
//
// A line with too few columns or more than the header, one that is not text, and
// one for which row returns an error are reported together, as *Faults; what
// ails the whole file is an *Error.
func ReadTSV(fsys fs.FS, name string, columns [][]string, row func(Row) error) (*File, error) {
	t, err := open(fsys, name)
	if err != nil {
		return nil, err
	}
	at, width, err := t.header(columns)
	if err != nil {
		return nil, err
	}
	fields := make([]string, len(at))
	for {
		line, ok := t.row()
		if !ok {
			break
		}
		cells, msg := split(line, width)
		for k, c := range at {
			if msg == "" && c >= len(cells) {
				msg = fmt.Sprintf("%s, want %d for %q", counted(len(cells)), c+1, columns[k][0])
				if n := strings.Count(line, "\t") + 1 - len(cells); n > 0 {
					msg += fmt.Sprintf(" (%d empty at the line's end)", n)
				}
			}
			if msg == "" {
				fields[k] = cells[c]
			}
		}
		if msg != "" {
			t.faults.add(t.errorf(msg))
		} else if err := row(Row{Line: t.line, Fields: fields}); err != nil {
			t.faults.add(&Error{File: t.Name, Line: t.line, Err: err})
		}
	}
	if t.Rows == 0 {
		return nil, &Error{File: t.Name, Msg: "has a header and no rows"}
	}
	return t.done()
}

// split returns a line's columns, or what is wrong with their number.
func split(line string, width int) (cells []string, msg string) {
	left := strings.TrimLeftFunc(line, isSpace)
	for range strings.Count(line[:len(line)-len(left)], "\t") {
		cells = append(cells, "")
	}
	cells = append(cells, strings.Split(strings.TrimRightFunc(left, isSpace), "\t")...)
	if len(cells) > width {
		msg = fmt.Sprintf("%s, the header has %d: is there a tab inside a text?", counted(len(cells)), width)
	}
	return cells, msg
}

// counted says how many columns there are.
func counted(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

// header returns where each column stands, and how many there are.
func (t *text) header(columns [][]string) (at []int, width int, err error) {
	line, _ := t.next()
	if err := t.check(line); err != nil {
		return nil, 0, err
	}
	cells := strings.Split(line, "\t")
	for i := range cells {
		cells[i] = strings.TrimFunc(cells[i], isSpace)
		if cells[i] != "" && slices.Index(cells, cells[i]) != i {
			return nil, 0, t.errorf(fmt.Sprintf("column %q twice in the header", cells[i]))
		}
	}
	for _, names := range columns {
		found := -1
		for _, n := range names {
			if found < 0 {
				found = slices.Index(cells, n)
			}
		}
		if found < 0 {
			return nil, 0, t.errorf(fmt.Sprintf("no column %s: the first line, which is the header, has %s",
				strings.Join(quote(names), " or "), strings.Join(quote(cells), ", ")))
		}
		at = append(at, found)
	}
	return at, len(cells), nil
}

// quote puts words in quotation marks for a message, not too many of them.
func quote(words []string) (quoted []string) {
	const most = 12
	for i, w := range words {
		if i == most {
			return append(quoted, fmt.Sprintf("%d more", len(words)-most))
		}
		quoted = append(quoted, fmt.Sprintf("%q", w))
	}
	return quoted
}
