package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/results"
)

// Heat is a table of cells whose shade says how much.
type Heat struct {
	Title, Corner results.Text // the corner says what rows and columns are
	Rows, Columns []results.Text
	Text          [][]string  // of each row
	Shade         [][]float64 // 0 for none to 1; below 0 in the other colour
}

// The ends of the scale: blue and orange are apart for all colour vision.
var (
	heatUp   = color.NRGBA{0, 114, 178, 255}
	heatDown = color.NRGBA{213, 94, 0, 255}
)

// Sizes of a heat map.
const (
	heatTall  = vg.Length(22) // a cell's height
	heatWide  = vg.Length(46) // and its least width
	heatNames = vg.Length(72) // column names that are wider stand upright
)

// heatRoom is how a heat map is laid out, in whatever language.
type heatRoom struct {
	names, cell, head vg.Length // width of the row names and of a cell, height of the column names
	upright           bool
}

// room measures the cells and names.
func (h Heat) room() heatRoom {
	r := heatRoom{names: wide(tickSize, h.Corner), cell: heatWide, head: heatTall}
	for _, name := range h.Rows {
		r.names = max(r.names, wide(tickSize, name))
	}
	s, widest := style(tickSize), vg.Length(0)
	for j, name := range h.Columns {
		widest = max(widest, wide(tickSize, name)+10)
		for i := range h.Rows {
			r.cell = max(r.cell, s.Width(said(h.Text[i][j]))+10)
		}
	}
	if r.upright = widest > max(heatNames, r.cell); r.upright {
		r.head = widest
	} else {
		r.cell = max(r.cell, widest)
	}
	return r
}

// shortTexts shortens names together in every language.
func shortTexts(names []results.Text) (all []results.Text) {
	var en, ko []string
	for _, n := range names {
		en, ko = append(en, n.English), append(ko, n.Korean)
	}
	shortEn, shortKo := shorten(en), shorten(ko)
	for _, n := range names {
		all = append(all, results.Text{English: shortEn[n.English], Korean: shortKo[n.Korean]})
	}
	return all
}

// Draw returns the figure of a heat map.
func (h Heat) Draw() (*Figure, error) {
	if len(h.Rows) == 0 || len(h.Columns) == 0 {
		return nil, empty("no cells to draw: %s", "그릴 칸이 없다: %s", h.Title)
	}
	h.Corner = shortTexts([]results.Text{h.Corner})[0]
	h.Rows, h.Columns = shortTexts(h.Rows), shortTexts(h.Columns)
	r := h.room()
	width := r.names + 16 + vg.Length(len(h.Columns))*r.cell
	return &Figure{
		Title: h.Title, Width: max(width, wide(titleSize, h.Title)) + 24, Height: vg.Length(len(h.Rows))*heatTall + r.head + 54,
		draw: func(c draw.Canvas, lang results.Lang) {
			c = inset(c, 12)
			heading(c, h.Title.In(lang))
			h.drawHead(c, r, lang)
			for i := range h.Rows {
				h.drawRow(c, r, lang, i)
			}
		},
	}, nil
}

// drawHead writes the corner and the names of the columns.
func (h Heat) drawHead(c draw.Canvas, r heatRoom, lang results.Lang) {
	bottom, left := c.Max.Y-30-r.head, c.Min.X+r.names+16
	label := style(tickSize)
	label.YAlign = draw.YCenter
	c.FillText(label, vg.Point{X: c.Min.X, Y: bottom + heatTall/2}, said(h.Corner.In(lang)))
	for j, name := range h.Columns {
		at := vg.Point{X: left + (vg.Length(j)+0.5)*r.cell, Y: bottom + heatTall/2}
		if r.upright {
			label.Rotation, at.Y = math.Pi/2, bottom+4
		} else {
			label.XAlign = draw.XCenter
		}
		c.FillText(label, at, said(name.In(lang)))
	}
}

// drawRow draws a row's name and cells.
func (h Heat) drawRow(c draw.Canvas, r heatRoom, lang results.Lang, i int) {
	y, left := c.Max.Y-30-r.head-vg.Length(i)*heatTall, c.Min.X+r.names+16
	label := style(tickSize)
	label.XAlign, label.YAlign = draw.XRight, draw.YCenter
	c.FillText(label, vg.Point{X: left - 8, Y: y - heatTall/2}, said(h.Rows[i].In(lang)))
	label.XAlign = draw.XCenter
	for j := range h.Columns {
		x := left + vg.Length(j)*r.cell
		fill, dark := shade(h.Shade[i][j])
		c.FillPolygon(fill, []vg.Point{{X: x + 1, Y: y - 1}, {X: x + r.cell - 1, Y: y - 1},
			{X: x + r.cell - 1, Y: y - heatTall + 1}, {X: x + 1, Y: y - heatTall + 1}})
		if text := said(h.Text[i][j]); text != "" {
			on := label
			if dark {
				on.Color = color.White
			}
			c.FillText(on, vg.Point{X: x + r.cell/2, Y: y - heatTall/2}, text)
		}
	}
}

// shade mixes an end of the scale with white, and tells whether text on it must be
// white.
func shade(v float64) (c color.NRGBA, dark bool) {
	end := heatUp
	if v < 0 {
		end, v = heatDown, -v
	}
	v = min(1, v)
	mix := func(x uint8) uint8 { return uint8(float64(x)*v + 245*(1-v)) }
	return color.NRGBA{mix(end.R), mix(end.G), mix(end.B), 255}, v > 0.6
}
