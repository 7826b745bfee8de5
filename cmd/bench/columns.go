package main

import (
	"bytes"
	"io"
	"text/tabwriter"

	"github.com/lmkor/bench/results"
)

// newColumns returns a writer of columns, cells ending in a tab and rows in a
// line break, as tabwriter has them. Names in them stay in their line and turn no
// text around, see results.Plain. Its Flush writes them to w.
func newColumns(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(&plainLines{w: w}, 0, 8, 2, ' ', 0)
}

// plainLines writes lines as results.Plain has them, but for blanks that they
// begin with; what is not ended by a line break is kept back until it is.
type plainLines struct {
	w    io.Writer
	rest []byte
}

func (p *plainLines) Write(b []byte) (int, error) {
	p.rest = append(p.rest, b...)
	for {
		line, rest, ended := bytes.Cut(p.rest, []byte("\n"))
		if !ended {
			return len(b), nil
		}
		text := bytes.TrimLeft(line, " ")
		indent := string(line[:len(line)-len(text)])
		if _, err := io.WriteString(p.w, indent+results.Plain(string(text))+"\n"); err != nil {
			return 0, err
		}
		p.rest = rest
	}
}
