package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// selectionTitle says of which checkpoints scores are.
func selectionTitle(s board.Selection) results.Text {
	switch s {
	case board.Dev:
		return results.Text{English: "checkpoint chosen on dev", Korean: "dev로 고른 체크포인트"}
	case board.BestOnTest:
		return results.Text{English: "best checkpoint on the test set (optimistic)",
			Korean: "테스트에서 가장 좋은 체크포인트(낙관적)"}
	}
	return results.Text{English: "last checkpoint", Korean: "마지막 체크포인트"}
}

// wide is how wide a text is in the language in which it is wider.
func wide(size vg.Length, t results.Text) vg.Length {
	s := style(size)
	return max(s.Width(said(t.English)), s.Width(said(t.Korean)))
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
