package plots

import (
	"image/color"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is a line of a legend.
type entry struct {
	name  string
	note  string // behind the name, whole
	color color.NRGBA
	line  bool // a line's, not an area's
}

// Sizes of a legend.
const (
	entryHeight = vg.Length(15)
	swatch      = vg.Length(12)
	longestName = 34 // letters
)

// shorten takes a hub's owner off a name that is too long, or else cuts it in its
// middle.
func shorten(name string) string {
	if utf8.RuneCountInString(name) <= longestName {
		return name
	}
	if i := strings.IndexByte(name, '/'); i > 0 && utf8.RuneCountInString(name[i:]) < longestName {
		return "…" + name[i:]
	}
	r := []rune(name)
	return string(r[:longestName/2-1]) + "…" + string(r[len(r)-longestName/2:])
}

// text is what the line says.
func (e entry) text() string { return said(shorten(e.name) + e.note) }

// legendWidth returns the room that a legend beside the data takes.
func legendWidth(entries []entry) vg.Length {
	s := style(labelSize)
	widest := vg.Length(0)
	for _, e := range entries {
		widest = max(widest, s.Width(e.text()))
	}
	return widest + swatch + 18
}

// drawLegend writes the entries one below the other from the top left of c.
func drawLegend(c draw.Canvas, entries []entry) {
	s := style(labelSize)
	s.YAlign = draw.YCenter
	for i, e := range entries {
		y := c.Max.Y - entryHeight*(vg.Length(i)+0.5)
		if e.line {
			c.StrokeLine2(draw.LineStyle{Color: e.color, Width: 2}, c.Min.X, y, c.Min.X+swatch, y)
		} else {
			c.FillPolygon(e.color, []vg.Point{{X: c.Min.X, Y: y - swatch/2 + 1}, {X: c.Min.X + swatch, Y: y - swatch/2 + 1},
				{X: c.Min.X + swatch, Y: y + swatch/2 - 1}, {X: c.Min.X, Y: y + swatch/2 - 1}})
		}
		c.FillText(s, vg.Point{X: c.Min.X + swatch + 6, Y: y + 1}, e.text())
	}
}

// inset returns c without a margin.
func inset(c draw.Canvas, margin vg.Length) draw.Canvas {
	return draw.Crop(c, margin, -margin, margin, -margin)
}
