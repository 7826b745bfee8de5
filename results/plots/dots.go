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

// Sizes of a panel of dots.
const (
	dotRow   = vg.Length(14)
	dotPanel = vg.Length(190) // without the names
	dotsWide = 3              // panels beside each other
)

// Scores draws a leaderboard: a panel a task with its own axis, a line a model,
// the best above, each score a dot with its 95 % interval. Published scores are
// hollow, those that do not compete are hollow squares.
func Scores(l *board.Leaderboard) (*Figure, error) {
	colors, short := modelColors(l), shortModels(l)
	var panels []dotColumn
	most, names := 0, vg.Length(0)
	for _, col := range l.Columns {
		p := dotColumn{col: col}
		for _, r := range l.Rows {
			c, ok := r.Cells[col.Task]
			if !ok {
				continue
			}
			p.dots = append(p.dots, dot{name: short[r.Model], cell: c, published: r.Published, color: colors[r.Model]})
			names = max(names, style(tickSize).Width(said(short[r.Model])))
		}
		if len(p.dots) == 0 {
			continue
		}
		slices.SortStableFunc(p.dots, func(a, b dot) int {
			switch {
			case a.cell.Score > b.cell.Score:
				return -1
			case a.cell.Score < b.cell.Score:
				return 1
			}
			return 0
		})
		most = max(most, len(p.dots))
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return nil, unscored(l)
	}
	title := results.Textf("Scores by task, %s", "과제별 점수, %s", selectionTitle(l.Select))
	note := results.Text{English: "bars: 95 % intervals; hollow: published; squares: do not compete",
		Korean: "가로선: 95 % 신뢰구간, 빈 점: 발표된 점수, 네모: 최고 점수 비교에서 제외"}
	across := min(dotsWide, len(panels))
	down := (len(panels) + across - 1) / across
	width, height := dotPanel+names+30, vg.Length(most)*dotRow+64
	whole := max(vg.Length(across)*width, wide(titleSize, title), wide(tickSize, note)) + 24
	return &Figure{
		Title: title, Width: whole, Height: vg.Length(down)*height + 66,
		draw: func(c draw.Canvas, lang results.Lang) {
			c = inset(c, 12)
			heading(c, title.In(lang))
			foot := style(tickSize)
			foot.YAlign = draw.YBottom
			c.FillText(foot, vg.Point{X: c.Min.X, Y: c.Min.Y}, said(note.In(lang)))
			c = draw.Crop(c, 0, 0, 16, -24)
			for i, p := range panels {
				left, top := vg.Length(i%across)*width, vg.Length(i/across)*height
				p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: c.Min.X + left, Y: c.Max.Y - top - height + 6},
					Max: vg.Point{X: c.Min.X + left + width - 12, Y: c.Max.Y - top}}}, names, lang)
			}
		},
	}, nil
}

// heading writes a figure's title at the top left.
func heading(c draw.Canvas, title string) {
	head := style(titleSize)
	head.YAlign = draw.YTop
	c.FillText(head, vg.Point{X: c.Min.X, Y: c.Max.Y}, said(title))
}

// modelColors gives every model of a leaderboard its colour; a published row has
// that of the measured one beside which it stands.
func modelColors(l *board.Leaderboard) map[string]color.NRGBA {
	colors := map[string]color.NRGBA{}
	for _, r := range l.Rows {
		if _, ok := colors[r.Model]; !ok {
			colors[r.Model] = hue(len(colors))
		}
	}
	return colors
}

// shortModels returns the models of a leaderboard as figures write them.
func shortModels(l *board.Leaderboard) map[string]string {
	var names []string
	for _, r := range l.Rows {
		names = append(names, r.Model)
	}
	return shorten(names)
}

type dot struct {
	name      string
	cell      board.Cell
	published bool
	color     color.NRGBA
}

// dotColumn is one task's panel.
type dotColumn struct {
	col  board.Column
	dots []dot
}

func (d dotColumn) draw(c draw.Canvas, names vg.Length, lang results.Lang) {
	p := newPanel(d.col.Title, results.MetricTitle(d.col.Metric).In(lang), "")
	p.Title.TextStyle.Font.Size = labelSize + 1
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range d.dots {
		lo, hi = min(lo, v.cell.Score), max(hi, v.cell.Score)
		if in := v.cell.Interval; in != nil {
			lo, hi = min(lo, in[0]), max(hi, in[1])
		}
	}
	p.X.Min, p.X.Max = airy(lo, hi)
	p.Y.Min, p.Y.Max = 0.5-float64(len(d.dots)), 0.5
	p.X.Tick.Marker = fewTicks{}
	p.HideY()
	p.Add(d)
	c = draw.Crop(c, names+8, 0, 0, 0)
	p.Draw(c)
}

// Plot draws the dots, and the models' names left of the axis.
func (d dotColumn) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		c.StrokeLine2(draw.LineStyle{Color: grid, Width: 0.5}, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	label := style(tickSize)
	label.XAlign, label.YAlign = draw.XRight, draw.YCenter
	for i, v := range d.dots {
		at := vg.Point{X: x(v.cell.Score), Y: y(-float64(i))}
		if in := v.cell.Interval; in != nil {
			c.StrokeLine2(draw.LineStyle{Color: v.color, Width: 1.4}, x(in[0]), at.Y, x(in[1]), at.Y)
		}
		g := draw.GlyphStyle{Color: v.color, Radius: 3.2, Shape: draw.CircleGlyph{}}
		switch {
		case v.published:
			g.Shape = draw.RingGlyph{}
		case len(v.cell.Marks) > 0 || v.cell.Incomparable:
			g.Shape = draw.SquareGlyph{}
		}
		c.DrawGlyph(g, at)
		c.FillText(label, vg.Point{X: c.Min.X - 8, Y: at.Y + 1}, said(v.name))
	}
}

// fewTicks marks three or four round numbers.
type fewTicks struct{}

func (fewTicks) Ticks(lo, hi float64) []plot.Tick {
	all := niceTicks{}.Ticks(lo, hi)
	if len(all) <= 5 {
		return all
	}
	var few []plot.Tick
	for i, t := range all {
		if i%2 == len(all)%2 {
			few = append(few, t)
		}
	}
	return few
}
