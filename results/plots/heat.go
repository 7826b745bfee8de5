package plots

import (
	"errors"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is a table of cells whose shade says how much.
type Heat struct {
	Title, Corner string // the corner says what rows and columns are
	Rows, Columns []string
	Text          [][]string  // of each row
	Shade         [][]float64 // 0 for none to 1; below 0 in the other colour
}

// The ends of the scale: blue and orange are apart for all colour vision.
var (
	heatUp   = color.NRGBA{0, 114, 178, 255}
	heatDown = color.NRGBA{213, 94, 0, 255}
)

// Draw returns the figure of a heat map.
func (h Heat) Draw() (*Figure, error) {
	if len(h.Rows) == 0 || len(h.Columns) == 0 {
		return nil, errors.New("no cells to draw")
	}
	s := style(tickSize)
	names, wide := s.Width(said(shorten(h.Corner))), vg.Length(46)
	for _, r := range h.Rows {
		names = max(names, s.Width(said(shorten(r))))
	}
	for j, c := range h.Columns {
		wide = max(wide, s.Width(said(shorten(c)))+10)
		for i := range h.Rows {
			wide = max(wide, s.Width(said(h.Text[i][j]))+10)
		}
	}
	const tall = vg.Length(22)
	width := names + 16 + vg.Length(len(h.Columns))*wide
	return &Figure{
		Title: h.Title, Width: max(width, style(titleSize).Width(said(h.Title))) + 24, Height: vg.Length(len(h.Rows)+1)*tall + 54,
		draw: func(c draw.Canvas) {
			c = inset(c, 12)
			heading(c, h.Title)
			top, left := c.Max.Y-30, c.Min.X+names+16
			label := style(tickSize)
			label.YAlign = draw.YCenter
			c.FillText(label, vg.Point{X: c.Min.X, Y: top - tall/2}, said(shorten(h.Corner)))
			center := label
			center.XAlign = draw.XCenter
			for j, name := range h.Columns {
				c.FillText(center, vg.Point{X: left + (vg.Length(j)+0.5)*wide, Y: top - tall/2}, said(shorten(name)))
			}
			for i, name := range h.Rows {
				y := top - vg.Length(i+1)*tall
				right := label
				right.XAlign = draw.XRight
				c.FillText(right, vg.Point{X: left - 8, Y: y - tall/2}, said(shorten(name)))
				for j := range h.Columns {
					x := left + vg.Length(j)*wide
					fill, dark := shade(h.Shade[i][j])
					c.FillPolygon(fill, []vg.Point{{X: x + 1, Y: y - 1}, {X: x + wide - 1, Y: y - 1},
						{X: x + wide - 1, Y: y - tall + 1}, {X: x + 1, Y: y - tall + 1}})
					if text := said(h.Text[i][j]); text != "" {
						on := center
						if dark {
							on.Color = color.White
						}
						c.FillText(on, vg.Point{X: x + wide/2, Y: y - tall/2}, text)
					}
				}
			}
		},
	}, nil
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
