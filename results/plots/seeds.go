package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// Seeds draws how far the runs of one model lie apart: a panel a task, a line a
// model, a dot a run that the leaderboard shows, a stroke at the mean.
func Seeds(l *board.Leaderboard, records []board.Record) (*Figure, error) {
	colors, short := modelColors(l), shortModels(l)
	var panels []seedColumn
	most, names := 0, vg.Length(0)
	for _, col := range l.Columns {
		p := seedColumn{col: col}
		for _, r := range l.Rows {
			row := seedRow{name: short[r.Model], color: colors[r.Model]}
			for _, x := range records {
				if x.Headline && slices.Contains(r.Cells[col.Task].Runs, x.Path) && !math.IsNaN(x.Score) {
					row.scores = append(row.scores, x.Score)
				}
			}
			if len(row.scores) > 0 {
				p.rows = append(p.rows, row)
				names = max(names, style(tickSize).Width(said(row.name)))
			}
		}
		if len(p.rows) > 0 {
			most = max(most, len(p.rows))
			panels = append(panels, p)
		}
	}
	if len(panels) == 0 {
		return nil, unscored(l)
	}
	title := results.Textf("Scores of every seed, %s", "시드별 점수, %s", selectionTitle(l.Select))
	across := min(dotsWide, len(panels))
	down := (len(panels) + across - 1) / across
	width, height := dotPanel+names+30, vg.Length(most)*dotRow+64
	return &Figure{
		Title: title, Width: max(vg.Length(across)*width, wide(titleSize, title)) + 24, Height: vg.Length(down)*height + 50,
		draw: func(c draw.Canvas, lang results.Lang) {
			c = inset(c, 12)
			heading(c, title.In(lang))
			c = draw.Crop(c, 0, 0, 0, -24)
			for i, p := range panels {
				left, top := vg.Length(i%across)*width, vg.Length(i/across)*height
				p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: c.Min.X + left, Y: c.Max.Y - top - height + 6},
					Max: vg.Point{X: c.Min.X + left + width - 12, Y: c.Max.Y - top}}}, names, lang)
			}
		},
	}, nil
}

type seedRow struct {
	name   string
	scores []float64
	color  color.NRGBA
}

type seedColumn struct {
	col  board.Column
	rows []seedRow
}

func (s seedColumn) draw(c draw.Canvas, names vg.Length, lang results.Lang) {
	p := newPanel(s.col.Title, results.MetricTitle(s.col.Metric).In(lang), "")
	p.Title.TextStyle.Font.Size = labelSize + 1
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, r := range s.rows {
		for _, v := range r.scores {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	p.X.Min, p.X.Max = airy(lo, hi)
	p.Y.Min, p.Y.Max = 0.5-float64(len(s.rows)), 0.5
	p.X.Tick.Marker = fewTicks{}
	p.HideY()
	p.Add(s)
	p.Draw(draw.Crop(c, names+8, 0, 0, 0))
}

func (s seedColumn) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		c.StrokeLine2(draw.LineStyle{Color: grid, Width: 0.5}, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	label := style(tickSize)
	label.XAlign, label.YAlign = draw.XRight, draw.YCenter
	for i, r := range s.rows {
		at, mean := y(-float64(i)), 0.0
		for _, v := range r.scores {
			mean += v / float64(len(r.scores))
			c.DrawGlyph(draw.GlyphStyle{Color: r.color, Radius: 2.6, Shape: draw.RingGlyph{}}, vg.Point{X: x(v), Y: at})
		}
		c.StrokeLine2(draw.LineStyle{Color: r.color, Width: 2}, x(mean), at-5, x(mean), at+5)
		c.FillText(label, vg.Point{X: c.Min.X - 8, Y: at + 1}, said(r.name))
	}
}
