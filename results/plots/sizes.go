package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// Cost is what a model's scores are drawn against.
type Cost struct {
	Title  results.Text       // parameters
	Of     map[string]float64 // by model; those without are not drawn
	Format func(float64) results.Text
	// Marks are what ticks may stand at, rising, and finer ones behind them for axes on
	// which fewer than two lie; where none do, 1, 2 and 5 times powers of ten.
	Marks [][]float64
}

// Parameters is the cost of having a model.
func Parameters(l *board.Leaderboard) Cost {
	c := Cost{Title: results.Text{English: "parameters", Korean: "파라미터 수"}, Of: map[string]float64{}, Format: Count}
	for _, r := range l.Rows {
		if !r.Published && r.Parameters > 0 {
			c.Of[r.Model] = float64(r.Parameters)
		}
	}
	return c
}

// Sizes draws the score of every measured model against its parameters.
func Sizes(l *board.Leaderboard) (*Figure, error) { return Costs(l, Parameters(l)) }

// Costs draws the score of every measured model against what it costs, on a
// logarithmic axis, a panel a task; with three models and more a line joins those
// that no cheaper one beats.
func Costs(l *board.Leaderboard, cost Cost) (*Figure, error) {
	var entries []entry
	var panels []board.Column
	lo, hi := math.Inf(1), math.Inf(-1)
	measured := map[string]int{}
	for _, row := range l.Rows {
		v := cost.Of[row.Model]
		if row.Published || !(v > 0) || len(row.Cells) == 0 {
			continue
		}
		measured[row.Model] = len(entries)
		entries = append(entries, entry{name: row.Model, color: hue(len(entries))})
		lo, hi = min(lo, v), max(hi, v)
	}
	if len(entries) == 0 {
		return nil, empty("no scores against %[1]s: no measured model has its %[1]s on record",
			"%s에 따른 점수를 그릴 수 없다. 측정한 모델 가운데 그 값이 기록된 것이 없다", cost.Title)
	}
	for _, col := range l.Columns {
		for _, row := range l.Rows {
			if _, ok := measured[row.Model]; ok && !row.Published {
				if _, ok := row.Cells[col.Task]; ok {
					panels = append(panels, col)
					break
				}
			}
		}
	}
	across := min(4, len(panels))
	down := (len(panels) + across - 1) / across
	side := legendWidth(entries)
	title := results.Textf("Score against %s, %s", "%s에 따른 점수, %s", cost.Title, selectionTitle(l.Select))
	const width, height = 215, 190
	whole := max(vg.Length(across*width)+side, wide(titleSize, title)) + 24
	return &Figure{
		Title: title, Width: whole, Height: max(vg.Length(down*height)+50, vg.Length(len(entries))*entryHeight+60),
		draw: func(c draw.Canvas, lang results.Lang) {
			c = inset(c, 12)
			heading(c, title.In(lang))
			c = draw.Crop(c, 0, 0, 0, -26)
			for i, col := range panels {
				left, top := vg.Length(i%across)*width, vg.Length(i/across)*height
				cell := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: c.Min.X + left + 6, Y: c.Max.Y - top - height + 8},
					Max: vg.Point{X: c.Min.X + left + width - 6, Y: c.Max.Y - top}}}
				drawSizes(cell, lang, l, col, cost, measured, lo, hi)
			}
			drawLegend(draw.Crop(c, vg.Length(across*width)+10, 0, 0, -22), entries)
		},
	}, nil
}

func drawSizes(c draw.Canvas, lang results.Lang, l *board.Leaderboard, col board.Column, cost Cost, measured map[string]int,
	lo, hi float64) {
	p := newPanel(col.Title, cost.Title.In(lang), results.MetricTitle(col.Metric).In(lang))
	p.Title.TextStyle.Font.Size = labelSize + 1
	var s sizes
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range l.Rows {
		cell, ok := row.Cells[col.Task]
		k, isMeasured := measured[row.Model]
		if !ok || !isMeasured || row.Published {
			continue
		}
		s = append(s, size{math.Log10(cost.Of[row.Model]), k, cell})
		low, high = min(low, cell.Score), max(high, cell.Score)
		if in := cell.Interval; in != nil {
			low, high = min(low, in[0]), max(high, in[1])
		}
	}
	p.X.Min, p.X.Max = math.Log10(lo)-0.15, math.Log10(hi)+0.15
	p.Y.Min, p.Y.Max = airy(low, high)
	p.X.Tick.Marker, p.Y.Tick.Marker = costTicks{func(v float64) string { return cost.Format(v).In(lang) }, cost.Marks}, niceTicks{}
	p.Add(horizontals{}, s)
	p.Draw(c)
}

// size is a model's score at the logarithm of its size.
type size struct {
	x     float64
	model int
	cell  board.Cell
}

type sizes []size

func (s sizes) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	if front := s.front(); len(s) > 2 && len(front) > 1 {
		var line []vg.Point
		for _, v := range front {
			line = append(line, vg.Point{X: x(v.x), Y: y(v.cell.Score)})
		}
		c.StrokeLines(draw.LineStyle{Color: ink, Width: 0.8, Dashes: []vg.Length{4, 3}}, line)
	}
	for _, v := range s {
		at := vg.Point{X: x(v.x), Y: y(v.cell.Score)}
		if in := v.cell.Interval; in != nil {
			whisker(c, at.X, 3, y(in[0]), y(in[1]))
		}
		c.DrawGlyph(draw.GlyphStyle{Color: hue(v.model), Radius: 4, Shape: draw.CircleGlyph{}}, at)
	}
}

// costTicks marks powers of ten on a logarithmic axis, and 2s and 5s where
// these are too few.
type costTicks struct {
	format func(float64) string
	marks  [][]float64
}

func (t costTicks) Ticks(lo, hi float64) (ticks []plot.Tick) {
	for _, marks := range t.marks {
		if ticks := t.among(marks, lo, hi); len(ticks) > 1 {
			return ticks
		}
	}
	marks := []float64{1, 2, 5}
	if hi-lo > 1.6 {
		marks = []float64{1}
	} else if hi-lo < 0.5 {
		marks = []float64{1, 1.5, 2, 3, 4, 5, 7}
	}
	for e := math.Floor(lo); e <= hi; e++ {
		for _, m := range marks {
			if v := math.Log10(m) + e; v >= lo && v <= hi {
				ticks = append(ticks, plot.Tick{Value: v, Label: t.format(m * math.Pow(10, e))})
			}
		}
	}
	return ticks
}

// mostMarks is how many of a cost's own marks have room below a panel.
const mostMarks = 4

// among marks those of marks that lie on the axis; of too many every second, third and
// so on.
func (t costTicks) among(marks []float64, lo, hi float64) (ticks []plot.Tick) {
	for _, m := range marks {
		if v := math.Log10(m); v >= lo && v <= hi {
			ticks = append(ticks, plot.Tick{Value: v, Label: t.format(m)})
		}
	}
	every := (len(ticks) + mostMarks - 1) / mostMarks
	var few []plot.Tick
	for i, tick := range ticks {
		if i%max(1, every) == 0 {
			few = append(few, tick)
		}
	}
	return few
}

// parameters writes a number of parameters: 350k, 1.5M, 110M.
func parameters(n float64) string {
	switch {
	case n >= 999.5e6:
		return fmt.Sprintf("%.3gB", n/1e9)
	case n >= 999.5e3:
		return fmt.Sprintf("%.3gM", n/1e6)
	case n >= 999.5:
		return fmt.Sprintf("%.3gk", n/1e3)
	}
	return fmt.Sprintf("%.0f", n)
}

// front are the models that no cheaper or equally dear one beats, by cost.
func (s sizes) front() (all sizes) {
	sorted := slices.Clone(s)
	slices.SortStableFunc(sorted, func(a, b size) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(b.cell.Score, a.cell.Score))
	})
	for _, v := range sorted {
		if len(all) == 0 || v.cell.Score > all[len(all)-1].cell.Score {
			all = append(all, v)
		}
	}
	return all
}

// Seconds is a mean time of every model as a cost, of the runs that a leaderboard
// shows, with ticks at whole seconds, minutes and hours.
func Seconds(title results.Text, runs []results.Run, of func(results.Run) float64) Cost {
	c := MeanCost(title, runs, Duration, of)
	c.Marks = [][]float64{timeMarks, fineTimeMarks}
	return c
}

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

// timeMarks are whole seconds, minutes, hours and days, and parts of a second.
var timeMarks = []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, minute, 2 * minute, 5 * minute, 10 * minute, 20 * minute,
	30 * minute, hour, 2 * hour, 5 * hour, 10 * hour, day, 2 * day, 5 * day, 10 * day, 30 * day}

// fineTimeMarks are for models that take about the same time: none is more than
// twice the one before the last, so that two lie on every axis.
var fineTimeMarks = []float64{1, 1.5, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 50, minute, 1.5 * minute, 2 * minute, 3 * minute,
	4 * minute, 5 * minute, 8 * minute, 10 * minute, 15 * minute, 20 * minute, 30 * minute, 40 * minute, 50 * minute,
	hour, 1.5 * hour, 2 * hour, 3 * hour, 4 * hour, 6 * hour, 8 * hour, 12 * hour, 16 * hour, 20 * hour,
	day, 1.5 * day, 2 * day, 3 * day, 4 * day, 6 * day, 8 * day, 12 * day, 16 * day, 24 * day, 32 * day}

// Duration writes seconds as a cost.
func Duration(s float64) results.Text {
	switch {
	case s >= day:
		return results.Textf("%.3g d", "%.3g일", s/day)
	case s >= hour:
		return results.Textf("%.3g h", "%.3g시간", s/hour)
	case s >= minute:
		return results.Textf("%.3g min", "%.3g분", s/minute)
	}
	return results.Textf("%.3g s", "%.3g초", s)
}

// Count writes a number of things as a cost.
func Count(n float64) results.Text { return results.Alike(parameters(n)) }
