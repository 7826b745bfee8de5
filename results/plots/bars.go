package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// Bars draws a leaderboard: a group of bars a task, a bar a model, with its
// 95 % interval where it has one. Published rows are paler. The axis begins at 0,
// or at the ten some way below the least score where all are high, and says so.
func Bars(l *board.Leaderboard) (*Figure, error) {
	b := bars{lo: 0, hi: 100}
	least := math.Inf(1)
	var entries []entry
	var ticks []plot.Tick
	for i, col := range l.Columns {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: said(col.Title) + "\n" + results.MetricTitle(col.Metric)})
	}
	measured := false
	for k, row := range l.Rows {
		c, name := hue(k), row.Model
		if row.Published {
			c, name = pale(c), name+" (published)"
		}
		measured = measured || !row.Published
		entries = append(entries, entry{name: name, color: c})
		for i, col := range l.Columns {
			cell, ok := row.Cells[col.Task]
			if !ok {
				continue
			}
			b.all = append(b.all, bar{group: i, place: k, score: cell.Score, interval: cell.Interval, color: c})
			least = min(least, cell.Score)
			if cell.Interval != nil {
				least = min(least, cell.Interval[0])
			}
		}
	}
	if len(b.all) == 0 {
		return nil, errors.New("no scores to draw")
	}
	b.places = len(l.Rows)
	label := "score, per cent"
	switch {
	case least < 0:
		b.lo = math.Floor(least/10) * 10
	case least >= 50:
		b.lo = math.Floor(least/10)*10 - 10
		label += fmt.Sprintf(" (axis from %.0f)", b.lo)
	}
	title := "Scores by task"
	if measured {
		title += selectionTitle(l.Select)
	}
	side := legendWidth(entries)
	group := max(52, vg.Length(b.places)*8+16)
	for _, t := range ticks {
		group = max(group, style(tickSize).Width(t.Label)+14)
	}
	plotWidth := vg.Length(len(l.Columns))*group + 60
	return &Figure{
		Title: title, Width: plotWidth + side + 24, Height: max(320, vg.Length(len(entries))*entryHeight+90),
		draw: func(c draw.Canvas) {
			c = inset(c, 12)
			p := newPanel(title, "", label)
			p.X.Min, p.X.Max = -0.5, float64(len(l.Columns))-0.5
			p.Y.Min, p.Y.Max = b.lo, b.hi
			p.X.Tick.Marker = plot.ConstantTicks(ticks)
			p.X.Tick.Length = 0
			p.Y.Tick.Marker = plot.ConstantTicks(tens(b.lo, b.hi))
			p.Add(horizontals{}, b)
			p.Draw(draw.Crop(c, 0, -side, 0, 0))
			drawLegend(draw.Crop(c, c.Size().X-side+10, 0, 0, -34), entries)
		},
	}, nil
}

// selectionTitle says of which checkpoints scores are.
func selectionTitle(s board.Selection) string {
	switch s {
	case board.Dev:
		return ", checkpoint chosen on dev"
	case board.BestOnTest:
		return ", best checkpoint on the test set (optimistic)"
	}
	return ", last checkpoint"
}

// tens returns marks at the tens, or every other of them.
func tens(lo, hi float64) (ticks []plot.Tick) {
	step := 10.0
	if hi-lo > 120 {
		step = 20
	}
	for v := math.Ceil(lo/step) * step; v <= hi; v += step {
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return ticks
}

// bar is a model's score on a task.
type bar struct {
	group, place int
	score        float64
	interval     *[2]float64
	color        color.NRGBA
}

// bars draws groups of bars with whiskers, all in the data's units: gonum's bar
// charts are shifted in points, its error bars in units.
type bars struct {
	all    []bar
	places int
	lo, hi float64
}

func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	width := 0.84 / float64(b.places)
	for _, v := range b.all {
		left := float64(v.group) - 0.42 + width*float64(v.place)
		right := left + width*0.88
		top, bottom := y(v.score), y(max(b.lo, min(0, b.hi)))
		c.FillPolygon(v.color, []vg.Point{{X: x(left), Y: bottom}, {X: x(left), Y: top}, {X: x(right), Y: top}, {X: x(right), Y: bottom}})
		if v.interval != nil {
			mid, cap := x((left+right)/2), min(2.5, (x(right)-x(left))/3)
			whisker(c, mid, cap, y(max(b.lo, v.interval[0])), y(min(b.hi, v.interval[1])))
		}
	}
}

// whisker draws an interval at x from y0 to y1.
func whisker(c draw.Canvas, x, cap, y0, y1 vg.Length) {
	s := draw.LineStyle{Color: ink, Width: 0.8}
	c.StrokeLine2(s, x, y0, x, y1)
	c.StrokeLine2(s, x-cap, y0, x+cap, y0)
	c.StrokeLine2(s, x-cap, y1, x+cap, y1)
}

// horizontals draws a faint line at every labelled mark of the y axis.
type horizontals struct{}

func (horizontals) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if !t.IsMinor() && t.Value >= p.Y.Min && t.Value <= p.Y.Max {
			c.StrokeLine2(draw.LineStyle{Color: grid, Width: 0.5}, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
		}
	}
}
