package datasets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Row is a record of a table: the columns that were asked for, in that order.
type Row struct {
	Line   int      // in the file, from 1, where the record begins
	Number int      // of the record, from 0; bad ones count, blank lines do not
	Fields []string // valid until the function that got the row returns; its strings stay
	Words  []string // with Source.Lists, of a first column that is a list; nil: it is none
}

// ReadTable reads a table in the format that its name means, and calls row with
// every record of it. Each of columns is found by the first of its names that is
// there: in the header, or among a record's fields.
//
// Records that are bad and those for which row returns an error are reported
// together, as *Faults; what ails the whole file is an *Error.
func ReadTable(src Source, columns [][]string, row func(Row) error) (*File, error) {
	switch format, _ := FormatOf(src.Path); format {
	case CSV:
		return readCSV(src, columns, row)
	case JSONLines:
		return readJSONLines(src, columns, row)
	}
	return readTSV(src, columns, row)
}

// place returns where each column stands in a header, or what is wrong with it.
func place(header []string, columns [][]string) (at []int, msg string) {
	for i, name := range header {
		if name != "" && slices.Index(header, name) != i {
			return nil, fmt.Sprintf("column %q twice in the header", name)
		}
	}
	for _, names := range columns {
		found := -1
		for _, n := range names {
			if found < 0 {
				found = slices.Index(header, n)
			}
		}
		if found < 0 {
			return nil, fmt.Sprintf("no column %s: the first line, which is the header, has %s",
				strings.Join(quote(names), " or "), strings.Join(quote(header), ", "))
		}
		at = append(at, found)
	}
	return at, ""
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

// counted says how many columns there are.
func counted(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

// ErrNoRows is what errors.Is finds in the error about a file without records.
var ErrNoRows = errors.New("no rows")

// rowless is one in its own words.
type rowless string

func (e rowless) Error() string      { return string(e) }
func (rowless) Is(target error) bool { return target == ErrNoRows }

// noRows is the error of a table without records.
func (c *content) noRows() error { return c.without("has a header and no rows") }

func (c *content) without(msg string) error { return &Error{File: c.as, Err: rowless(msg)} }

// number is that of the record at hand.
func (c *content) number() int { return c.Rows - c.Blank - 1 }
