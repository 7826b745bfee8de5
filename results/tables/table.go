// Package tables writes tables for terminals, Markdown, CSV, LaTeX and HTML.
package tables

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/lmkor/bench/results"
)

// Format is a way to write a table.
type Format string

// The formats, by their names on the command line.
const (
	Terminal Format = "table"
	Markdown Format = "markdown"
	CSV      Format = "csv"
	JSON     Format = "json" // of typed records, not of Table
	LaTeX    Format = "latex"
	HTML     Format = "html"
)

// Formats lists them.
var Formats = []Format{Terminal, Markdown, CSV, JSON, LaTeX, HTML}

// Cell is a text in a table.
type Cell struct {
	Text  string
	Bold  bool
	Signs string // behind the text, explained in the notes
}

// whole is the text with its signs.
func (c Cell) whole() string {
	if c.Signs == "" {
		return c.Text
	}
	return c.Text + " " + c.Signs
}

// Table is a title, a head, rows of as many cells, and notes below.
type Table struct {
	Title string
	Head  []string
	Under []string // a second line of the head, such as units; nil: none
	Left  int      // how many columns from the left hold words; the rest are numbers, set to the right
	Rows  [][]Cell
	Notes []string

	Starred string // what bold cells are, for terminals that have no bold type; "" is the best of the column
}

// Row returns a row of plain cells.
func Row(text ...string) []Cell {
	row := make([]Cell, len(text))
	for i, t := range text {
		row[i] = Cell{Text: t}
	}
	return row
}

// Options are what a terminal can do.
type Options struct {
	Bold  bool // has bold type; else the best carry an asterisk
	Width int  // how many cells a line has: wider tables are wrapped; 0 wraps nothing
}

// Write writes the table; people get the notes alone where it has no rows. It panics if a row has more or fewer cells than the
// head, and returns an error for JSON, which is not made of tables.
func (t *Table) Write(w io.Writer, f Format, opt Options) error {
	for i, r := range t.Rows {
		if len(r) != len(t.Head) {
			panic(fmt.Sprintf("tables: row %d has %d cells of %d", i, len(r), len(t.Head)))
		}
	}
	switch f {
	case Terminal:
		return t.terminal(w, opt) // these two have room for both lines of the head
	case HTML:
		return t.html(w)
	}
	t = t.oneHead()
	switch f {
	case Markdown:
		return t.markdown(w)
	case CSV:
		return t.csv(w)
	case LaTeX:
		return t.latex(w)
	}
	return fmt.Errorf("format %q: want one of %q", f, slices.DeleteFunc(slices.Clone(Formats),
		func(x Format) bool { return x == JSON }))
}

// oneHead returns the table with its head in one line: NSMC (acc).
func (t *Table) oneHead() *Table {
	out := *t
	out.Head = slices.Clone(t.Head)
	for i, u := range t.Under {
		if u != "" {
			out.Head[i] += " (" + u + ")"
		}
	}
	return &out
}

func (t *Table) terminal(w io.Writer, opt Options) error {
	if t.Title != "" {
		for _, line := range strings.Split(t.Title, "\n") {
			fmt.Fprintln(w, results.Plain(line))
		}
	}
	if len(t.Rows) == 0 { // the notes say why
		t.notes(w)
		return nil
	}
	starred := !opt.Bold && slices.ContainsFunc(t.Rows, func(r []Cell) bool {
		return slices.ContainsFunc(r, func(c Cell) bool { return c.Bold })
	})
	head := apply(t.Head, results.Plain)
	for i, u := range t.Under {
		head[i] += "\n" + results.Plain(u)
	}
	tails := t.tails(opt)
	signed := func(column int, c Cell) string {
		text, tail := results.Plain(c.Text), tailOf(c, opt)
		if column >= t.Left { // keeps the digits under each other
			tail += strings.Repeat(" ", tails[column]-utf8.RuneCountInString(tail))
		}
		return text + tail
	}
	widths := t.fitted(head, signed, opt.Width)
	if widths != nil {
		for i := range head {
			head[i] = wrapped(head[i], widths[i])
		}
	}
	light := renderer.NewBlueprint(tw.Rendition{Symbols: tw.NewSymbols(tw.StyleLight)})
	err := t.render(w, light, head, func(column int, c Cell) string {
		text := signed(column, c)
		if widths != nil {
			text = wrapped(text, widths[column])
		}
		if c.Bold && opt.Bold { // line by line, or the rules would be bold
			text = "\x1b[1m" + strings.ReplaceAll(text, "\n", "\x1b[22m\n\x1b[1m") + "\x1b[22m"
		}
		return text
	})
	if err != nil {
		return err
	}
	if starred {
		fmt.Fprintln(w, "* "+cmp.Or(t.Starred, "best of its column"))
	}
	t.notes(w)
	return nil
}

// tailOf is what stands behind a cell's text: signs, and an asterisk for bold type.
func tailOf(c Cell, opt Options) string {
	tail := results.Plain(c.Signs)
	if c.Bold && !opt.Bold {
		tail += "*"
	}
	if c.Signs != "" {
		tail = " " + tail
	}
	return tail
}

// tails is how wide the widest tail of every column is.
func (t *Table) tails(opt Options) []int {
	widest := make([]int, len(t.Head))
	for _, r := range t.Rows {
		for i, c := range r {
			widest[i] = max(widest[i], utf8.RuneCountInString(tailOf(c, opt)))
		}
	}
	return widest
}

func (t *Table) notes(w io.Writer) {
	for _, n := range t.Notes {
		fmt.Fprintln(w, results.Plain(n))
	}
}

// fitted is fitted of the head and the cells as they are shown.
func (t *Table) fitted(head []string, shown func(int, Cell) string, width int) []int {
	rows := [][]string{head}
	for _, r := range t.Rows {
		out := make([]string, len(r))
		for i, c := range r {
			out[i] = shown(i, c)
		}
		rows = append(rows, out)
	}
	return fitted(rows, t.Left, width)
}

func (t *Table) markdown(w io.Writer) error {
	if t.Title != "" {
		fmt.Fprintf(w, "%s\n\n", markdownText(t.Title))
	}
	var err error
	if len(t.Rows) > 0 {
		err = t.render(w, renderer.NewMarkdown(), apply(t.Head, markdownText), func(_ int, c Cell) string {
			if c.Bold {
				return "**" + markdownText(c.whole()) + "**"
			}
			return markdownText(c.whole())
		})
	}
	for _, n := range t.Notes {
		fmt.Fprintf(w, "\n%s\n", markdownText(n))
	}
	return err
}

// markdownText escapes what Markdown would read as its own: tablewriter does
// not, and a newline would split its row.
func markdownText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\x00")
	s = linesOf(s, '\x00')
	s = markdownSigns.Replace(s)
	return strings.ReplaceAll(s, "\x00", "<br>")
}

// markdownSigns escapes the signs of emphasis, code, links, HTML, entities and
// mathematics.
var markdownSigns = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", `\<`, ">", `\>`, "`", "\\`", "*", `\*`, "_", `\_`,
	"[", `\[`, "]", `\]`, "~", `\~`, "&", `\&`, "$", `\$`)

// linesOf is results.Plain of the parts between one character, which stays.
func linesOf(s string, keep rune) string {
	parts := strings.Split(s, string(keep))
	for i, p := range parts {
		parts[i] = results.Plain(p)
	}
	return strings.Join(parts, string(keep))
}

// render lays the table out with tablewriter.
func (t *Table) render(w io.Writer, r tw.Renderer, head []string, text func(column int, c Cell) string) error {
	align := make([]tw.Align, len(t.Head))
	for i := range align {
		align[i] = tw.AlignRight
		if i < t.Left {
			align[i] = tw.AlignLeft
		}
	}
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{PerColumn: align},
	}
	table := tablewriter.NewTable(w, tablewriter.WithRenderer(r),
		tablewriter.WithEastAsian(tw.Off), // dashes are narrow whatever the locale; Hangul is wide all the same
		tablewriter.WithConfig(tablewriter.Config{Header: cells, Row: cells, Behavior: tw.Behavior{TrimSpace: tw.Off}}))
	table.Header(head)
	for _, row := range t.Rows {
		out := make([]string, len(row))
		for i, c := range row {
			out[i] = text(i, c)
		}
		if err := table.Append(out); err != nil {
			return err
		}
	}
	return table.Render()
}

func apply(s []string, f func(string) string) []string {
	out := make([]string, len(s))
	for i, v := range s {
		out[i] = f(v)
	}
	return out
}

func (t *Table) csv(w io.Writer) error {
	c := csv.NewWriter(w)
	c.Write(apply(t.Head, CSVText))
	for _, row := range t.Rows {
		var out []string
		for _, cell := range row {
			out = append(out, CSVText(cell.whole()))
		}
		c.Write(out)
	}
	c.Flush()
	return c.Error()
}

// CSVText returns s as it may stand in a CSV file: a text that spreadsheets would
// compute (=, +, - or @ first, and no number) gets an apostrophe before it, and
// nothing turns the reading direction.
func CSVText(s string) string {
	s = linesOf(s, '\n')
	if s == "" || !strings.ContainsRune("=+-@", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
