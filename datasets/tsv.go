package datasets

import (
	"fmt"
	"strings"
)

// readTSV reads columns between tabs under a header, as the reference recipe
// does: lines are stripped of white space and split at tabs, quotation marks are
// left alone. So an empty column at a line's end is none; one at its beginning
// still counts, since without it the others would be taken for their neighbours.
func readTSV(src Source, columns [][]string, row func(Row) error) (*File, error) {
	t, err := openText(src)
	if err != nil {
		return nil, err
	}
	at, width, err := t.header(columns)
	if err != nil {
		t.file.Close()
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
			if msg == "" && c >= len(cells) && src.Empty && c <= strings.Count(line, "\t") {
				fields[k] = ""
				continue
			}
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
		} else if err := row(Row{Line: t.line, Number: t.number(), Fields: fields}); err != nil {
			t.faults.add(&Error{File: t.as, Line: t.line, Err: err})
		}
	}
	f, err := t.finish()
	if err == nil && f.Rows == 0 {
		return nil, t.noRows()
	}
	return f, err
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

// header returns where each column stands, and how many there are.
func (t *text) header(columns [][]string) (at []int, width int, err error) {
	line, ok := t.next()
	if t.err != nil {
		return nil, 0, t.err
	}
	if strings.TrimFunc(line, isSpace) == "" && (!ok || t.empty()) {
		return nil, 0, t.whole("is empty")
	}
	t.line = 1
	if err := t.check(line); err != nil {
		return nil, 0, err
	}
	cells := strings.Split(line, "\t")
	for i := range cells {
		cells[i] = strings.TrimFunc(cells[i], isSpace)
	}
	at, msg := place(cells, columns)
	if msg != "" {
		return nil, 0, t.errorf(msg)
	}
	return at, len(cells), nil
}
