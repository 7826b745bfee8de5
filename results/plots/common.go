package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/results/board"
)

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
