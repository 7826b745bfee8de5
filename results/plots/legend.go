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

// shorten returns a figure's names as it writes them, by the whole ones. Of a name that
// is too long the hub's owner is left out; where that gives two names one, or doesn't
// do, the middle is, and nothing where that gives two names one as well.
func shorten(names []string) map[string]string {
	short := map[string]string{}
	for _, n := range names {
		short[n] = ownerless(n)
	}
	for _, next := range []func(string) string{cutMiddle, func(n string) string { return n }} {
		count := map[string]int{}
		for _, s := range short {
			count[s]++
		}
		for n, s := range short {
			if count[s] > 1 {
				short[n] = next(n)
			}
		}
	}
	return short
}

// ownerless takes a hub's owner off a name that is too long, where that does.
func ownerless(name string) string {
	if i := strings.IndexByte(name, '/'); tooLong(name) && i > 0 && !tooLong("…"+name[i:]) {
		return "…" + name[i:]
	}
	return cutMiddle(name)
}

// cutMiddle cuts a name that is too long in its middle.
func cutMiddle(name string) string {
	if !tooLong(name) {
		return name
	}
	r := []rune(name)
	return string(r[:longestName/2-1]) + "…" + string(r[len(r)-longestName/2:])
}

func tooLong(name string) bool { return utf8.RuneCountInString(name) > longestName }

// legendLines are what the entries say.
func legendLines(entries []entry) (all []string) {
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
	}
	short := shorten(names)
	for _, e := range entries {
		all = append(all, said(short[e.name]+e.note))
	}
	return all
}

// legendWidth returns the room that a legend beside the data takes.
func legendWidth(entries []entry) vg.Length {
	s := style(labelSize)
	widest := vg.Length(0)
	for _, line := range legendLines(entries) {
		widest = max(widest, s.Width(line))
	}
	return widest + swatch + 18
}

// drawLegend writes the entries one below the other from the top left of c.
func drawLegend(c draw.Canvas, entries []entry) {
	s := style(labelSize)
	s.YAlign = draw.YCenter
	text := legendLines(entries)
	for i, e := range entries {
		y := c.Max.Y - entryHeight*(vg.Length(i)+0.5)
		if e.line {
			c.StrokeLine2(draw.LineStyle{Color: e.color, Width: 2}, c.Min.X, y, c.Min.X+swatch, y)
		} else {
			c.FillPolygon(e.color, []vg.Point{{X: c.Min.X, Y: y - swatch/2 + 1}, {X: c.Min.X + swatch, Y: y - swatch/2 + 1},
				{X: c.Min.X + swatch, Y: y + swatch/2 - 1}, {X: c.Min.X, Y: y + swatch/2 - 1}})
		}
		c.FillText(s, vg.Point{X: c.Min.X + swatch + 6, Y: y + 1}, text[i])
	}
}

// inset returns c without a margin.
func inset(c draw.Canvas, margin vg.Length) draw.Canvas {
	return draw.Crop(c, margin, -margin, margin, -margin)
}
